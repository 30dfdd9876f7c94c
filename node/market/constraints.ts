import {
  type Bid,
  type Configuration,
  formatDollars,
  type Offer,
  runsOn
} from '../../ledger/index.ts'

/** Why an offer does not match, in the order in which they are told. The list is closed. */
export const CONSTRAINTS = [
  'expired',
  'processor',
  'speed',
  'memory',
  'storage',
  'image',
  'storage-price',
  'running-price'
] as const

export type Constraint = (typeof CONSTRAINTS)[number]

export interface Failure {
  readonly constraint: Constraint
  /** A sentence with the numbers. */
  readonly message: string
}

/** Everything but the price: could this host hold that machine now? Empty when it could. */
export function hostingFailures(
  offer: Offer,
  configuration: Configuration,
  nowMs: number
): readonly Failure[] {
  const { free } = offer
  return [
    ...fail(offer.expiresAtMs <= nowMs, 'expired', () => {
      const agoS = Math.ceil((nowMs - offer.expiresAtMs) / 1000)
      return `the offer ended ${agoS} s ago`
    }),
    ...fail(
      !runsOn(offer.processor, configuration.processor),
      'processor',
      () => `a ${offer.processor} does not run what is made for ${configuration.processor}`
    ),
    ...short('speed', 'bogomips', free.speed, configuration.speed),
    ...short('memory', 'MB', free.memoryMb, configuration.memoryMb),
    ...short('storage', 'MB', free.storageMb, configuration.storageMb),
    ...fail(
      configuration.image !== null && !offer.images.includes(configuration.image),
      'image',
      () => `the host does not have the image ${configuration.image?.slice(0, 12)}`
    )
  ]
}

/** What a bid lacks to meet a rate; both over 30 days and one hour. Empty when it meets it. */
export function priceFailures(rate: Bid, bid: Bid): readonly Failure[] {
  return [
    ...fail(
      rate.storagePer30Days > bid.storagePer30Days,
      'storage-price',
      () =>
        `storage costs ${formatDollars(rate.storagePer30Days)} per 30 days, the bid is ${formatDollars(bid.storagePer30Days)}`
    ),
    ...fail(
      rate.runningPerHour > bid.runningPerHour,
      'running-price',
      () =>
        `running costs ${formatDollars(rate.runningPerHour)} per hour, the bid is ${formatDollars(bid.runningPerHour)}`
    )
  ]
}

function short(
  constraint: 'speed' | 'memory' | 'storage',
  unit: string,
  free: number,
  wanted: number
): readonly Failure[] {
  return fail(
    free < wanted,
    constraint,
    () => `${wanted} ${unit} of ${constraint} wanted, ${free} ${unit} free`
  )
}

function fail(failed: boolean, constraint: Constraint, message: () => string): readonly Failure[] {
  return failed ? [{ constraint, message: message() }] : []
}
