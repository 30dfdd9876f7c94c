/**
 * The running clock of a machine:
 *
 *   standing --start (credit: no charge; else first charge)--> going --due, charge met--> going
 *      ^                                                         |
 *      +--stop, suspend, fell: the rest of the period is credit--+--due, charge not met--> halted
 *                                                                    (the host must suspend)
 *
 * While it goes it keeps to the clock of the machine's host (`liveness.ts`).
 */
import type { Billing, Halt, MachineRecord, Picodollars } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { hostIn } from './capacity.ts'
import { runningPeriodMs, saveMachine } from './clocks.ts'
import { clockOf } from './liveness.ts'
import { contractIn } from './storage.ts'
import { purseOf, transfer } from './transfer.ts'

/**
 * Charges the running period that begins at block time `atMs`, where the host's clock has come to `clockMs`,
 * or halts the clock there: what follows is not billed.
 */
export function chargeRunning(
  draft: Draft,
  machine: MachineRecord,
  clockMs: number,
  atMs: number
): void {
  const charged = chargePeriod(draft, machine, machine.billing, clockMs)
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
  const clockMs = clockOf(draft, hostIn(draft, contractIn(machine).host))
  const fresh: Billing = { ...machine.billing, spendLimit, spent: 0n, halt: null }
  if (fresh.runningCreditMs > 0) {
    return { ...fresh, runningDueMs: clockMs + fresh.runningCreditMs, runningCreditMs: 0 }
  }
  return chargePeriod(draft, machine, fresh, clockMs)
}

/**
 * Clocks of a started machine under a higher limit. A clock that goes just goes on; one that is halted begins
 * its next period now, and the time since the halt is not billed.
 */
export function raiseLimit(
  draft: Draft,
  machine: MachineRecord,
  spendLimit: Picodollars
): Billing | Halt['reason'] {
  const raised: Billing = { ...machine.billing, spendLimit }
  if (raised.halt === null) return raised
  const clockMs = clockOf(draft, hostIn(draft, contractIn(machine).host))
  return chargePeriod(draft, machine, { ...raised, halt: null }, clockMs)
}

/** Clocks of a machine that stops running now: a slice of time is not rounded off (2004 text, 5.1.6). */
export function stopClock(draft: Draft, machine: MachineRecord): Billing {
  const { runningDueMs } = machine.billing
  const host = hostIn(draft, contractIn(machine).host)
  const runningCreditMs = runningDueMs === null ? 0 : runningDueMs - clockOf(draft, host)
  return { ...machine.billing, runningDueMs: null, runningCreditMs, halt: null }
}

/** The limit is looked at first: it is the owner's own word, whatever the balance. */
function chargePeriod(
  draft: Draft,
  machine: MachineRecord,
  billing: Billing,
  clockMs: number
): Billing | Halt['reason'] {
  const contract = contractIn(machine)
  const spent = billing.spent + contract.runningPrice
  if (billing.spendLimit === null || spent > billing.spendLimit) return 'limit'
  const provider = hostIn(draft, contract.host).owner
  const paid = transfer(draft, purseOf(machine.owner), purseOf(provider), contract.runningPrice)
  if (!paid) return 'unpaid'
  return { ...billing, spent, runningDueMs: clockMs + runningPeriodMs(contract) }
}
