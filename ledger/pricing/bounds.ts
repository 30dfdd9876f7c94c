import { formatDollars, PICODOLLARS_PER_DOLLAR } from '../money/index.ts'
import type { Picodollars, Prices } from '../records/index.ts'

interface Bounds {
  readonly min: number
  readonly max: number
}

/** design/ledger.md, Orders and confirmations. */
export const STORAGE_PERIOD_DAYS: Bounds = { min: 1, max: 31 }
export const RUNNING_PERIOD_S: Bounds = { min: 60, max: 86_400 }
/**
 * Most of any resource or unit. With `UNIT_PRICE_MAX` it keeps every contract price under 2^112, well inside
 * the 16 bytes an amount has on the wire.
 */
export const AMOUNT_OF_RESOURCE_MAX: number = 2 ** 32 - 1
/** A million dollars per unit and second, or per unit and day. */
export const UNIT_PRICE_MAX: Picodollars = 1_000_000n * PICODOLLARS_PER_DOLLAR

/** null: the prices are within bounds. Otherwise a sentence that says which is not, with the numbers. */
export function checkPrices(prices: Prices): string | null {
  return (
    outside('storage period', prices.storagePeriodDays, STORAGE_PERIOD_DAYS, 'days') ??
    outside('running period', prices.runningPeriodS, RUNNING_PERIOD_S, 'seconds') ??
    outside('speed unit', prices.speedUnit, UNIT, 'bogomips') ??
    outside('memory unit', prices.memoryUnitMb, UNIT, 'MB') ??
    outside('storage unit', prices.storageUnitMb, UNIT, 'MB') ??
    costly('speed price', prices.speedPrice) ??
    costly('memory price', prices.memoryPrice) ??
    costly('storage price', prices.storagePrice)
  )
}

const UNIT: Bounds = { min: 1, max: AMOUNT_OF_RESOURCE_MAX }

function outside(what: string, value: number, bounds: Bounds, unit: string): string | null {
  if (Number.isInteger(value) && value >= bounds.min && value <= bounds.max) return null
  return `the ${what} is ${value} ${unit}: it must be a whole number from ${bounds.min} to ${bounds.max}`
}

function costly(what: string, price: Picodollars): string | null {
  if (price >= 0n && price <= UNIT_PRICE_MAX) return null
  return `the ${what} is ${formatDollars(price)} dollars: it must be from 0 to ${formatDollars(UNIT_PRICE_MAX)}`
}
