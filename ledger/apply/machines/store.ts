import { payStorage, reserve, saveMachine, storagePeriodMs } from '../../billing/index.ts'
import { afterTransition, transition } from '../../lifecycle/index.ts'
import type {
  Hash,
  HostRecord,
  MachineRecord,
  Rejection,
  SignedOffer
} from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { isRejection } from '../rejection.ts'
import type { StatementChecks } from '../statement-checks.ts'
import { agreeTerms, tooLittle } from '../terms.ts'

/** The machine gets a contract, room on the host, its first storage period and version 1. */
export function storeMachine(
  draft: Draft,
  host: HostRecord,
  machine: MachineRecord,
  given: { readonly offer: SignedOffer; readonly root: Hash },
  statements: StatementChecks
): Rejection | null {
  const entry = transition(machine.state, 'store')
  if (entry === undefined) throw new Error(`a store was found legal in ${machine.state}`)
  const contract = agreeTerms(draft, host, machine.configuration, given.offer, statements)
  if (isRejection(contract)) return contract
  if (!payStorage(draft, machine, contract)) {
    return tooLittle(draft, machine.owner, contract.storagePrice, 'the first storage period')
  }
  reserve(draft, host.uuid, machine.configuration)
  const after = afterTransition(machine, entry, null)
  saveMachine(draft, {
    ...machine,
    ...after,
    holder: host.uuid,
    contract,
    root: given.root,
    sealed: { version: after.version, state: 'stored' },
    billing: { ...machine.billing, storageDueMs: draft.timeMs + storagePeriodMs(contract) }
  })
  return null
}
