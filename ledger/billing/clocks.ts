import type { Billing, Contract, MachineRecord, Uuid } from '../records/index.ts'
import type { Charge, Draft, Due } from '../state/index.ts'
import { keepTurn } from './liveness.ts'

const MS_PER_DAY = 86_400_000
const MS_PER_SECOND = 1_000

export function storagePeriodMs(contract: Contract): number {
  return contract.storagePeriodDays * MS_PER_DAY
}

export function runningPeriodMs(contract: Contract): number {
  return contract.runningPeriodS * MS_PER_SECOND
}

/** Clocks of a machine nobody charges for. */
export const NO_BILLING: Billing = {
  storageDueMs: null,
  storageUnpaidSinceMs: null,
  runningDueMs: null,
  runningCreditMs: 0,
  spendLimit: null,
  spent: 0n,
  halt: null
}

/**
 * Writes a machine and moves its dues with its clocks. Nothing else writes machines or their charges' dues,
 * so a clock without a due, or a due without a clock, cannot come about.
 */
export function saveMachine(draft: Draft, machine: MachineRecord): void {
  const before = draft.machine(machine.uuid)
  draft.putMachine(machine)
  reschedule(draft, before, machine)
}

/** Removes a machine with its dues. */
export function forgetMachine(draft: Draft, uuid: Uuid): void {
  const machine = draft.machine(uuid)
  if (machine === undefined) throw new Error(`machine ${uuid} is already gone`)
  reschedule(draft, machine, undefined)
  draft.removeMachine(uuid)
}

/** What block time will bring about for a machine. */
export function duesOf({ uuid, billing, retained }: MachineRecord): readonly Due[] {
  const { storageDueMs } = billing
  const dues: Due[] = []
  if (retained !== null) dues.push({ atMs: retained.untilMs, machine: uuid, kind: 'retention' })
  if (storageDueMs !== null) dues.push({ atMs: storageDueMs, machine: uuid, kind: 'storage' })
  return dues
}

/** What its host's clock will bring about for a machine. */
export function chargeOf({ uuid, contract, billing }: MachineRecord): Charge | undefined {
  if (contract === null || billing.runningDueMs === null) return undefined
  return { host: contract.host, clockMs: billing.runningDueMs, machine: uuid }
}

function reschedule(
  draft: Draft,
  before: MachineRecord | undefined,
  after: MachineRecord | undefined
): void {
  for (const due of before === undefined ? [] : duesOf(before)) draft.unschedule(due)
  for (const due of after === undefined ? [] : duesOf(after)) draft.schedule(due)
  const left = before === undefined ? undefined : chargeOf(before)
  const comes = after === undefined ? undefined : chargeOf(after)
  if (left?.clockMs === comes?.clockMs && left?.host === comes?.host) return
  if (left !== undefined) keepTurn(draft, left.host, () => draft.removeCharge(left))
  if (comes !== undefined) keepTurn(draft, comes.host, () => draft.putCharge(comes))
}
