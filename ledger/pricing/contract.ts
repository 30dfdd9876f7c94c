import { ceilDivide, formatDollars } from '../money/index.ts'
import type { Bid, Configuration, Contract, Hash, Offer } from '../records/index.ts'

/** A bid's storage period (2004 text, 5.1.3: "per month"). */
export const BID_STORAGE_DAYS = 30n
/** A bid's running period. */
export const BID_RUNNING_S = 3_600n

/**
 * What a machine costs under an offer. Fractions of a unit are charged as fractions: everything is multiplied
 * first, divided once, and rounded up to the next picodollar. The offer has passed `checkPrices`.
 */
export function contractOf(offer: Offer, offerHash: Hash, configuration: Configuration): Contract {
  const { prices } = offer
  const speedUnit = BigInt(prices.speedUnit)
  const memoryUnit = BigInt(prices.memoryUnitMb)
  const perSecond =
    BigInt(configuration.speed) * prices.speedPrice * memoryUnit +
    BigInt(configuration.memoryMb) * prices.memoryPrice * speedUnit
  const perDay = BigInt(configuration.storageMb) * prices.storagePrice
  return {
    host: offer.host,
    offer: offerHash,
    storagePrice: ceilDivide(
      perDay * BigInt(prices.storagePeriodDays),
      BigInt(prices.storageUnitMb)
    ),
    storagePeriodDays: prices.storagePeriodDays,
    runningPrice: ceilDivide(perSecond * BigInt(prices.runningPeriodS), speedUnit * memoryUnit),
    runningPeriodS: prices.runningPeriodS
  }
}

/** The contract's prices over a bid's periods, rounded up: the smallest bid that meets it. */
export function rateOf(contract: Contract): Bid {
  return {
    storagePer30Days: ceilDivide(
      contract.storagePrice * BID_STORAGE_DAYS,
      BigInt(contract.storagePeriodDays)
    ),
    runningPerHour: ceilDivide(
      contract.runningPrice * BID_RUNNING_S,
      BigInt(contract.runningPeriodS)
    )
  }
}

/** Exact: a bid is met by a rate equal to it or below. */
export function bidMeets(contract: Contract, bid: Bid): boolean {
  const rate = rateOf(contract)
  return rate.storagePer30Days <= bid.storagePer30Days && rate.runningPerHour <= bid.runningPerHour
}

/** As the 2004 figures print it: `3 / 30 days`. */
export function describeStorage(contract: Contract): string {
  return `${formatDollars(contract.storagePrice)} / ${contract.storagePeriodDays} days`
}

/** As the 2004 figures print it: `0.002016 / 3600 seconds`. */
export function describeRunning(contract: Contract): string {
  return `${formatDollars(contract.runningPrice)} / ${contract.runningPeriodS} seconds`
}
