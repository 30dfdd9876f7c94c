/**
 * The running clock of a machine:
 *
 *   standing --start (credit: no charge; else first charge)--> going --due, charge met--> going
 *      ^                                                         |
 *      +--stop, suspend, fell: the rest of the period is credit--+--due, charge not met--> halted
 *                                                                    (the host must suspend)
 */
import type { Billing, Halt, MachineRecord, Picodollars } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { hostIn } from './capacity.ts'
import { runningPeriodMs, saveMachine } from './clocks.ts'
import { contractIn } from './storage.ts'
import { purseOf, transfer } from './transfer.ts'

/** Charges the running period that begins at `atMs`, or halts the clock there: what follows is not billed. */
export function chargeRunning(draft: Draft, machine: MachineRecord, atMs: number): void {
  const charged = chargePeriod(draft, machine, machine.billing, atMs)
  const billing =
    typeof charged === 'string'
      ? { ...machine.billing, runningDueMs: null, halt: { reason: charged, atMs } }
      : charged
  saveMachine(draft, { ...machine, billing })
}

/**
 * Clocks of a machine that is started under a spend limit. Paid time left from before on this host is used
 * first and costs nothing; otherwise the first period is charged now, or the reason why not is returned.
 */
export function startClock(
  draft: Draft,
  machine: MachineRecord,
  spendLimit: Picodollars
): Billing | Halt['reason'] {
  const fresh: Billing = { ...machine.billing, spendLimit, spent: 0n, halt: null }
  if (fresh.runningCreditMs > 0) {
    return { ...fresh, runningDueMs: draft.timeMs + fresh.runningCreditMs, runningCreditMs: 0 }
  }
  return chargePeriod(draft, machine, fresh, draft.timeMs)
}

/** Clocks of a machine that stops running at `nowMs`: a slice of time is not rounded off (2004 text, 5.1.6). */
export function stopClock(billing: Billing, nowMs: number): Billing {
  const { runningDueMs } = billing
  const runningCreditMs = runningDueMs === null ? 0 : runningDueMs - nowMs
  return { ...billing, runningDueMs: null, runningCreditMs, halt: null }
}

/** The limit is looked at first: it is the owner's own word, whatever the balance. */
function chargePeriod(
  draft: Draft,
  machine: MachineRecord,
  billing: Billing,
  atMs: number
): Billing | Halt['reason'] {
  const contract = contractIn(machine)
  const spent = billing.spent + contract.runningPrice
  if (billing.spendLimit === null || spent > billing.spendLimit) return 'limit'
  const provider = hostIn(draft, contract.host).owner
  const paid = transfer(draft, purseOf(machine.owner), purseOf(provider), contract.runningPrice)
  if (!paid) return 'unpaid'
  return { ...billing, spent, runningDueMs: atMs + runningPeriodMs(contract) }
}
