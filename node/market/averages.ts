import { type Bid, type Configuration, ceilDivide, contractOf, rateOf } from '../../ledger/index.ts'
import { hostingFailures } from './constraints.ts'
import type { OfferEntry } from './offer-index.ts'

/** What a configuration costs in the market, as a bid: a guide to how much to offer (2004 text, 5.2.4). */
export interface Average extends Bid {
  /** Hosts that could hold it when this was computed; 0 when the price is an old one. */
  readonly providers: number
  /** When the price was last the mean of living offers. */
  readonly asOfMs: number
}

/** By configuration name. A configuration that no host could ever hold has no entry. */
export type Averages = ReadonlyMap<string, Average>

/**
 * The mean over the hosts able to hold each configuration; where there is none, the stale price stays
 * (2004 text, price_average.pl). Rounded up to a picodollar.
 */
export function averages(
  entries: readonly OfferEntry[],
  configurations: Iterable<Configuration>,
  previous: Averages,
  { nowMs }: { readonly nowMs: number }
): Averages {
  const result = new Map<string, Average>()
  for (const configuration of configurations) {
    const rates = entries
      .filter(({ signed }) => hostingFailures(signed.offer, configuration, nowMs).length === 0)
      .map(({ signed, hash }) => rateOf(contractOf(signed.offer, hash, configuration)))
    const stale = previous.get(configuration.name)
    if (rates.length > 0) result.set(configuration.name, meanOf(rates, nowMs))
    else if (stale !== undefined) result.set(configuration.name, { ...stale, providers: 0 })
  }
  return result
}

function meanOf(rates: readonly Bid[], asOfMs: number): Average {
  const count = BigInt(rates.length)
  const sum = (of: (rate: Bid) => bigint): bigint => rates.reduce((all, rate) => all + of(rate), 0n)
  return {
    storagePer30Days: ceilDivide(
      sum(rate => rate.storagePer30Days),
      count
    ),
    runningPerHour: ceilDivide(
      sum(rate => rate.runningPerHour),
      count
    ),
    providers: rates.length,
    asOfMs
  }
}
