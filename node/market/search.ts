import {
  type Bid,
  type Configuration,
  type Contract,
  contractOf,
  formatDollars,
  type Offer,
  type Picodollars,
  rateOf
} from '../../ledger/index.ts'
import { CONSTRAINTS, type Failure, hostingFailures, priceFailures } from './constraints.ts'
import type { OfferEntry } from './offer-index.ts'

export interface Match {
  readonly entry: OfferEntry
  /** What would be agreed if the machine were stored there now. */
  readonly contract: Contract
  /** The contract's prices over 30 days and one hour, which the bid is compared with. */
  readonly rate: Bid
  /** Why it fits, e.g. `storage 3 of at most 3 per 30 days`. */
  readonly reasons: readonly string[]
}

export interface Refused {
  readonly entry: OfferEntry
  /** At least one, in the order of `CONSTRAINTS`. */
  readonly failures: readonly [Failure, ...Failure[]]
}

export interface SearchResult {
  /** Cheapest first. */
  readonly matches: readonly Match[]
  readonly refused: readonly Refused[]
  /** For an empty result: the constraint that failed most offers and what to do. */
  readonly advice: string | null
  /** For an empty result: the smallest raise of the bid that finds a host; null when no price would. */
  readonly nearest: Bid | null
}

/** Hours in the 30 days over which costs are compared: a machine that never sleeps. */
const HOURS = 720n

/** 30 days of storage and of running, in picodollars. */
export function totalCost(rate: Bid): Picodollars {
  return rate.storagePer30Days + rate.runningPerHour * HOURS
}

/**
 * Search as in 2004 (5.1.3, figures 11, 14 and 31): a provider that cannot hold the machine, or asks more
 * than was bid in either price, is not among the matches.
 */
export function match(
  entries: Iterable<OfferEntry>,
  configuration: Configuration,
  bid: Bid,
  { nowMs }: { readonly nowMs: number }
): SearchResult {
  const matches: Match[] = []
  const refused: Refused[] = []
  const priced: Bid[] = []
  for (const entry of entries) {
    const { offer } = entry.signed
    const contract = contractOf(offer, entry.hash, configuration)
    const rate = rateOf(contract)
    const hosting = hostingFailures(offer, configuration, nowMs)
    const [first, ...rest] = [...hosting, ...priceFailures(rate, bid)]
    if (first === undefined) {
      matches.push({ entry, contract, rate, reasons: reasonsOf(offer, configuration, rate, bid) })
    } else {
      refused.push({ entry, failures: [first, ...rest] })
      if (hosting.length === 0) priced.push(rate)
    }
  }
  matches.sort(byCost)
  if (matches.length > 0) return { matches, refused, advice: null, nearest: null }
  const nearest = nearestBid(priced, bid)
  return { matches, refused, advice: adviceFor(refused, nearest), nearest }
}

/** Equal prices go by name, then by id, so that two nodes with the same offers show the same list. */
function byCost(a: Match, b: Match): number {
  const [costA, costB] = [totalCost(a.rate), totalCost(b.rate)]
  if (costA !== costB) return costA < costB ? -1 : 1
  const [offerA, offerB] = [a.entry.signed.offer, b.entry.signed.offer]
  if (offerA.name !== offerB.name) return offerA.name < offerB.name ? -1 : 1
  return offerA.host < offerB.host ? -1 : 1
}

function reasonsOf(offer: Offer, wanted: Configuration, rate: Bid, bid: Bid): readonly string[] {
  return [
    `storage ${formatDollars(rate.storagePer30Days)} of at most ${formatDollars(bid.storagePer30Days)} per 30 days`,
    `running ${formatDollars(rate.runningPerHour)} of at most ${formatDollars(bid.runningPerHour)} per hour`,
    `processor ${offer.processor} runs ${wanted.processor}`,
    `speed ${wanted.speed} of ${offer.free.speed} bogomips free`,
    `memory ${wanted.memoryMb} of ${offer.free.memoryMb} MB free`,
    `disk ${wanted.storageMb} of ${offer.free.storageMb} MB free`,
    ...(wanted.image === null ? [] : [`has the image ${wanted.image.slice(0, 12)}`])
  ]
}

/** Of the bids that would have met one host that has room, the one that costs least; never below the bid made. */
function nearestBid(rates: readonly Bid[], bid: Bid): Bid | null {
  let nearest: Bid | null = null
  for (const rate of rates) {
    const raised = {
      storagePer30Days: larger(rate.storagePer30Days, bid.storagePer30Days),
      runningPerHour: larger(rate.runningPerHour, bid.runningPerHour)
    }
    if (nearest === null || totalCost(raised) < totalCost(nearest)) nearest = raised
  }
  return nearest
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

const REMEDY: Readonly<Record<Failure['constraint'], string>> = {
  expired: 'wait for the providers to renew their offers, or check that this node has peers',
  processor: 'choose a configuration for another processor, or "any"',
  speed: 'ask for less speed',
  memory: 'ask for less memory',
  storage: 'ask for a smaller disk',
  image: 'choose another image, or a blank machine',
  'storage-price': 'raise the storage bid',
  'running-price': 'raise the running bid'
}

function adviceFor(refused: readonly Refused[], nearest: Bid | null): string {
  const worst = commonest(refused)
  if (worst === null)
    return 'no provider has an offer here yet: check that this node has peers, or wait a minute'
  const counted = `${worst.constraint} rules out ${worst.count} of ${refused.length} offers`
  if (nearest === null) return `${counted}: ${REMEDY[worst.constraint]}`
  const storage = formatDollars(nearest.storagePer30Days)
  const running = formatDollars(nearest.runningPerHour)
  return `${counted}: the nearest bid that finds a host is ${storage} per 30 days and ${running} per hour`
}

/** The constraint that most offers failed; of equals the first in the order of `CONSTRAINTS`. */
function commonest(
  refused: readonly Refused[]
): { constraint: Failure['constraint']; count: number } | null {
  let worst: { constraint: Failure['constraint']; count: number } | null = null
  for (const constraint of CONSTRAINTS) {
    const count = refused.filter(({ failures }) =>
      failures.some(failure => failure.constraint === constraint)
    ).length
    if (count > (worst?.count ?? 0)) worst = { constraint, count }
  }
  return worst
}
