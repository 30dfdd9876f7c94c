import type { Billing, Contract, MachineRecord, Uuid } from '../records/index.ts'
import type { Draft, Due } from '../state/index.ts'

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
  reschedule(draft, before === undefined ? [] : duesOf(before), duesOf(machine))
}

/** Removes a machine with its dues. */
export function forgetMachine(draft: Draft, uuid: Uuid): void {
  const machine = draft.machine(uuid)
  if (machine === undefined) throw new Error(`machine ${uuid} is already gone`)
  reschedule(draft, duesOf(machine), [])
  draft.removeMachine(uuid)
}

/** The charges that a machine's clocks call for. */
export function duesOf(machine: MachineRecord): readonly Due[] {
  const { storageDueMs, runningDueMs } = machine.billing
  const dues: Due[] = []
  if (runningDueMs !== null)
    dues.push({ atMs: runningDueMs, machine: machine.uuid, kind: 'running' })
  if (storageDueMs !== null)
    dues.push({ atMs: storageDueMs, machine: machine.uuid, kind: 'storage' })
  return dues
}

function reschedule(draft: Draft, before: readonly Due[], after: readonly Due[]): void {
  for (const due of before) draft.unschedule(due)
  for (const due of after) draft.schedule(due)
}
