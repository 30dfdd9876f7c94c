import { payStorage, reserve, saveMachine, storagePeriodMs } from '../billing/index.ts'
import { afterTransition, transition } from '../lifecycle/index.ts'
import type { Hash, HostRecord, MachineRecord, Rejection, SignedOffer } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { isRejection } from './rejection.ts'
import type { StatementChecks } from './statement-checks.ts'
import { agreeTerms, tooLittle } from './terms.ts'

/** The machine gets a contract, room on the host, its first storage period and version 1. */
export function storeMachine(
  draft: Draft,
  host: HostRecord,
  machine: MachineRecord,
  given: { readonly offer: SignedOffer; readonly root: Hash },
  statements: StatementChecks
): Rejection | null {
  const owner = draft.account(machine.owner)
  const entry = transition(machine.state, 'store')
  if (owner === undefined || entry === undefined) {
    throw new Error(
      `machine ${machine.uuid} passed its check without an owner or in ${machine.state}`
    )
  }
  const contract = agreeTerms(draft, host, machine.configuration, given.offer, statements)
  if (isRejection(contract)) return contract
  if (!payStorage(draft, machine, contract)) {
    return tooLittle(owner, contract.storagePrice, 'the first storage period')
  }
  reserve(draft, host.uuid, machine.configuration)
  saveMachine(draft, {
    ...machine,
    ...afterTransition(machine, entry, null),
    holder: host.uuid,
    contract,
    root: given.root,
    billing: { ...machine.billing, storageDueMs: draft.timeMs + storagePeriodMs(contract) }
  })
  return null
}
