import { addRationals, type Rational, reduce, ZERO } from '../money/index.ts'
import type { MachineRecord, Picodollars, Uuid } from '../records/index.ts'
import type { StateReader } from '../state/index.ts'
import { hostIn } from './capacity.ts'
import { isSilent } from './liveness.ts'

/** A charge to come: what a machine's owner pays, and when. */
export interface Debit {
  readonly machine: Uuid
  readonly kind: 'storage' | 'running'
  readonly atMs: number
  readonly amount: Picodollars
}

/**
 * Block time at which a machine's next running period begins if its host and the ledger go on as they do; null
 * where none will: it does not run, is halted, or its host is silent.
 */
export function runningDueAtMs(state: StateReader, machine: MachineRecord): number | null {
  const { contract, billing } = machine
  if (contract === null || billing.runningDueMs === null) return null
  const host = hostIn(state, contract.host)
  if (isSilent(state, host)) return null
  return billing.runningDueMs + host.liveness.silentMs + state.standstillMs
}

/** The next debits of some machines, soonest first (2004 text, figures 22, 23 and 32). */
export function nextDebits(
  state: StateReader,
  machines: Iterable<MachineRecord>
): readonly Debit[] {
  const debits: Debit[] = []
  for (const machine of machines) {
    const { uuid, contract, billing } = machine
    if (contract === null) continue
    const { storageDueMs } = billing
    const runningDueMs = runningDueAtMs(state, machine)
    if (storageDueMs !== null) {
      debits.push({
        machine: uuid,
        kind: 'storage',
        atMs: storageDueMs,
        amount: contract.storagePrice
      })
    }
    if (runningDueMs !== null) {
      debits.push({
        machine: uuid,
        kind: 'running',
        atMs: runningDueMs,
        amount: contract.runningPrice
      })
    }
  }
  return debits.sort((a, b) => a.atMs - b.atMs)
}

/** Picodollars per day for storing these machines. */
export function storageCostPerDay(machines: Iterable<MachineRecord>): Rational {
  let total = ZERO
  for (const { contract } of machines) {
    if (contract === null) continue
    total = addRationals(total, reduce(contract.storagePrice, BigInt(contract.storagePeriodDays)))
  }
  return total
}

/** Picodollars per second for running those of the machines whose clock goes. */
export function runningCostPerSecond(machines: Iterable<MachineRecord>): Rational {
  let total = ZERO
  for (const { contract, billing } of machines) {
    if (contract === null || billing.runningDueMs === null) continue
    total = addRationals(total, reduce(contract.runningPrice, BigInt(contract.runningPeriodS)))
  }
  return total
}

const SECONDS_PER_DAY = 86_400n

/** How many days a balance lasts at what the machines cost now; null when they cost nothing. */
export function runwayDays(
  balance: Picodollars,
  machines: readonly MachineRecord[]
): Rational | null {
  const running = runningCostPerSecond(machines)
  const perDay = addRationals(
    storageCostPerDay(machines),
    reduce(running.numerator * SECONDS_PER_DAY, running.denominator)
  )
  if (perDay.numerator === 0n) return null
  return reduce(balance * perDay.denominator, perDay.numerator)
}
