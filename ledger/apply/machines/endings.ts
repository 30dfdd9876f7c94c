/**
 * How a contract ends before its machine is given back. The machine is registered again, its content is gone
 * from the ledger, its host's room is free; the higher version fences off whoever still acts for the old one.
 */
import { contractIn, freeUp, letCopyGo, NO_BILLING, saveMachine } from '../../billing/index.ts'
import type {
  AccountRecord,
  Body,
  HostRecord,
  MachineRecord,
  Rejection
} from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { holdersMachine, ownersMachine } from '../machine-checks.ts'
import { isRejection, reject } from '../rejection.ts'
import { settle } from '../settlement.ts'

type BodyOf<T extends Body['type']> = Extract<Body, { type: T }>

/** The owner wants no more of the contract, in whatever state the machine is. */
export function releaseContract(
  draft: Draft,
  owner: AccountRecord,
  body: BodyOf<'release-contract'>
): Rejection | null {
  const machine = ownersMachine(draft, owner, 'release-contract', body)
  if (isRejection(machine)) return machine
  const settled = settle(draft, machine)
  if (isRejection(settled)) return settled
  endContract(draft, settled)
  return null
}

/** The holder wants the machine gone: its owner has the grace to fetch or move it. */
export function giveNotice(
  draft: Draft,
  host: HostRecord,
  body: BodyOf<'give-notice'>
): Rejection | null {
  const machine = holdersMachine(draft, host, 'give-notice', body)
  if (isRejection(machine)) return machine
  if (machine.noticeAtMs !== null) {
    return reject('NOTICE_GIVEN', `notice was given at ${machine.noticeAtMs} ms already`)
  }
  saveMachine(draft, { ...machine, noticeAtMs: draft.timeMs })
  return null
}

/** After the grace the holder need not keep the machine; what is owed until here is the holder's loss. */
export function evict(draft: Draft, host: HostRecord, body: BodyOf<'evict'>): Rejection | null {
  const machine = holdersMachine(draft, host, 'evict', body)
  if (isRejection(machine)) return machine
  const endsMs = graceEndsMs(machine, draft.genesis.parameters.graceMs)
  if (endsMs === null) {
    return reject(
      'GRACE_LEFT',
      `${machine.uuid} is paid for: give notice first, and evict ${draft.genesis.parameters.graceMs} ms later`
    )
  }
  if (draft.timeMs < endsMs) {
    return reject(
      'GRACE_LEFT',
      `the owner of ${machine.uuid} may fetch it until ${endsMs} ms, it is ${draft.timeMs} ms`
    )
  }
  endContract(draft, machine)
  return null
}

/** The caller has seen to what is owed. */
export function endContract(draft: Draft, machine: MachineRecord): void {
  const { uuid, owner, configuration, bid, version, orderSequence } = letCopyGo(draft, machine)
  freeUp(draft, contractIn(machine).host, configuration)
  saveMachine(draft, {
    uuid,
    owner,
    configuration,
    bid,
    state: 'registered',
    version: version + 1,
    holder: null,
    contract: null,
    root: null,
    sealed: null,
    retained: null,
    noticeAtMs: null,
    orderSequence,
    billing: NO_BILLING
  })
}

/** From when the holder may evict; null: it has neither given notice nor a charge that was not met. */
export function graceEndsMs(
  { noticeAtMs, billing }: MachineRecord,
  graceMs: number
): number | null {
  const begins = [noticeAtMs, billing.storageUnpaidSinceMs].filter(atMs => atMs !== null)
  return begins.length === 0 ? null : Math.min(...begins) + graceMs
}
