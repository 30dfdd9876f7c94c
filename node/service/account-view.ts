import {
  type AccountRecord,
  formatDollars,
  formatRate,
  type MachineRecord,
  type Rational,
  runningCostPerSecond,
  runningDueAtMs,
  runwayDays,
  type StateReader,
  storageCostPerDay
} from '../../ledger/index.ts'
import type { AccountView } from '../api/index.ts'
import { viewContract } from './views.ts'

/** As many digits as the 2004 figures show (2.77777777777778e-13). */
const RATE_DIGITS = 15

/** Figures 22 and 23 for a buyer, figure 32 for a provider. Rates are for the eye, exact amounts for the rest. */
export function viewAccount(
  state: StateReader,
  account: AccountRecord,
  nowMs: number
): AccountView {
  const machines = [...state.machines(account.id)]
  const guests = guestsOf(state, account)
  const runway = runwayDays(account.balance, machines)
  return {
    id: account.id,
    name: account.name,
    kind: account.kind,
    balance: formatDollars(account.balance),
    nonce: account.nonce,
    machines: (account.kind === 'provider' ? guests : machines).map(machine => ({
      uuid: machine.uuid,
      name: machine.configuration.name,
      state: machine.state,
      contract: machine.contract === null ? null : viewContract(machine.contract),
      storageDueInMs: untilMs(machine.billing.storageDueMs, nowMs),
      runningDueInMs: untilMs(runningDueAtMs(state, machine), nowMs)
    })),
    costPerDay: rate(storageCostPerDay(machines)),
    costPerSecond: rate(runningCostPerSecond(machines)),
    incomePerDay: rate(storageCostPerDay(guests)),
    incomePerSecond: rate(runningCostPerSecond(guests)),
    runwayDays:
      runway === null ? null : Number(formatRate(runway.numerator * DOLLAR, runway.denominator, 6))
  }
}

/** formatRate prints picodollars as dollars; days are whole numbers already. */
const DOLLAR = 1_000_000_000_000n

function guestsOf(state: StateReader, account: AccountRecord): MachineRecord[] {
  const hosts = new Set([...state.hosts(account.id)].map(host => host.uuid))
  if (hosts.size === 0) return []
  return [...state.machines()].filter(
    machine => machine.holder !== null && hosts.has(machine.holder)
  )
}

function untilMs(dueMs: number | null, nowMs: number): number | null {
  return dueMs === null ? null : Math.max(0, dueMs - nowMs)
}

function rate(value: Rational): string {
  return formatRate(value.numerator, value.denominator, RATE_DIGITS)
}
