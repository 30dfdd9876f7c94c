import {
  freeUp,
  hostIn,
  letCopyGo,
  payBegun,
  payStorage,
  reserve,
  saveMachine,
  storagePeriodMs,
  uptimeOf
} from '../../billing/index.ts'
import { afterTransition, transition } from '../../lifecycle/index.ts'
import type {
  AccountRecord,
  Body,
  Heir,
  HostRecord,
  MachineRecord,
  Rejection
} from '../../records/index.ts'
import type { Draft, StateReader } from '../../state/index.ts'
import { acceptingHost } from '../acceptance.ts'
import { ownersMachine } from '../machine-checks.ts'
import { isRejection, reject } from '../rejection.ts'
import type { StatementChecks } from '../statement-checks.ts'
import { agreeTerms, tooLittle } from '../terms.ts'
import { endContract } from './endings.ts'

type DeclareLost = Extract<Body, { type: 'declare-lost' }>

/** Leases without a word of a started machine's host after which no honest one still runs it. */
const LOST_AFTER_LEASES = 2

/**
 * The owner gives the holder up. Nothing is paid back. What is owed is paid as far as the money goes: nobody is
 * held to a host that is gone for want of money.
 */
export function declareLost(
  draft: Draft,
  owner: AccountRecord,
  body: DeclareLost,
  statements: StatementChecks
): Rejection | null {
  const machine = ownersMachine(draft, owner, 'declare-lost', body)
  if (isRejection(machine)) return machine
  const holder = hostIn(draft, machine.contract?.host ?? '')
  const early = checkSilence(draft, machine, holder)
  if (early !== null) return early
  const { storageUnpaidSinceMs } = machine.billing
  if (storageUnpaidSinceMs !== null) payBegun(draft, machine, storageUnpaidSinceMs, draft.timeMs)
  if (body.heir !== null) return inherit(draft, machine, body.heir, statements)
  endContract(draft, machine)
  return null
}

/**
 * How much longer the holder has to be silent before its owner may give it up: a started machine may still be
 * running, until its host has been silent for so long that it cannot be.
 */
export function lostInMs(state: StateReader, machine: MachineRecord): number {
  const holder = machine.holder === null ? undefined : state.host(machine.holder)
  if (machine.state !== 'started' || holder === undefined) return 0
  const neededMs = LOST_AFTER_LEASES * state.genesis.parameters.leaseMs
  return Math.max(0, holder.liveness.heardMs + neededMs - uptimeOf(state))
}

function checkSilence(draft: Draft, machine: MachineRecord, holder: HostRecord): Rejection | null {
  if (lostInMs(draft, machine) === 0) return null
  const neededMs = LOST_AFTER_LEASES * draft.genesis.parameters.leaseMs
  const silentForMs = uptimeOf(draft) - holder.liveness.heardMs
  return reject(
    'HOST_HEARD',
    `${holder.name} was heard ${silentForMs} ms ago: a machine that runs is lost after ${neededMs} ms, release it`
  )
}

/** The heir holds the machine as it was last sealed; what ran since then is gone. */
function inherit(
  draft: Draft,
  machine: MachineRecord,
  heir: Heir,
  statements: StatementChecks
): Rejection | null {
  const host = acceptingHost(draft, machine, heir, statements)
  if (isRejection(host)) return host
  const left = letCopyGo(draft, machine)
  freeUp(draft, machine.contract?.host ?? '', machine.configuration)
  const heirNow = hostIn(draft, host.uuid)
  const contract = agreeTerms(draft, heirNow, machine.configuration, heir.offer, statements)
  if (isRejection(contract)) return contract
  if (!payStorage(draft, machine, contract)) {
    return tooLittle(
      draft,
      machine.owner,
      contract.storagePrice,
      'the first storage period with the heir'
    )
  }
  reserve(draft, host.uuid, machine.configuration)
  const entry = transition(machine.state, 'inherit')
  if (entry === undefined || machine.sealed === null) {
    throw new Error(`${machine.uuid} is ${machine.state} and cannot be inherited`)
  }
  const after = afterTransition(machine, entry, machine.sealed.state)
  saveMachine(draft, {
    ...left,
    ...after,
    holder: host.uuid,
    contract,
    sealed: { version: after.version, state: machine.sealed.state },
    noticeAtMs: null,
    billing: {
      ...machine.billing,
      storageDueMs: draft.timeMs + storagePeriodMs(contract),
      storageUnpaidSinceMs: null,
      runningDueMs: null,
      runningCreditMs: 0,
      halt: null
    }
  })
  return null
}
