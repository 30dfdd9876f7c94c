import { formatDollars } from '../money/index.ts'
import {
  checkPrices,
  contractOf,
  freeOf,
  type ResourceName,
  runsOn,
  shortage
} from '../pricing/index.ts'
import type {
  AccountId,
  Configuration,
  Contract,
  HostRecord,
  Picodollars,
  Rejection,
  SignedOffer
} from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { reject } from './rejection.ts'
import type { StatementChecks } from './statement-checks.ts'

/**
 * The contract that a signed offer makes for a machine on a host, or why it makes none. Used by `store` and
 * by the opening of a move. Whether the bid is met is the buyer's own business: they signed for this offer.
 */
export function agreeTerms(
  draft: Draft,
  host: HostRecord,
  configuration: Configuration,
  signed: SignedOffer,
  statements: StatementChecks
): Contract | Rejection {
  return (
    checkOffer(draft, host, signed, statements) ??
    checkSuitable(host, configuration, signed) ??
    checkRoom(host, configuration) ??
    contractOf(signed.offer, statements.offerHash(signed), configuration)
  )
}

/** The sentence for somebody who cannot pay, with what they have and what it takes. */
export function tooLittle(
  draft: Draft,
  owner: AccountId,
  price: Picodollars,
  what: string
): Rejection {
  const payer = draft.account(owner)
  return reject(
    'INSUFFICIENT_FUNDS',
    `${what} costs ${formatDollars(price)} dollars, ${payer?.name} has ${formatDollars(payer?.balance ?? 0n)}`
  )
}

function checkOffer(
  draft: Draft,
  host: HostRecord,
  signed: SignedOffer,
  statements: StatementChecks
): Rejection | null {
  const { offer } = signed
  if (offer.host !== host.uuid || offer.owner !== host.owner) {
    return reject('OFFER_UNSUITABLE', `the offer is of host ${offer.host}, not of ${host.uuid}`)
  }
  if (!statements.offerIsBy(signed, host.key)) {
    return reject('OFFER_FORGED', `the offer of ${host.name} is not signed by the host's key`)
  }
  if (draft.timeMs > offer.expiresAtMs) {
    return reject(
      'OFFER_EXPIRED',
      `the offer of ${host.name} ended at ${offer.expiresAtMs} ms, it is ${draft.timeMs} ms: search again`
    )
  }
  const wrong = checkPrices(offer.prices)
  return wrong === null ? null : reject('OFFER_MALFORMED', wrong)
}

function checkSuitable(
  host: HostRecord,
  configuration: Configuration,
  { offer }: SignedOffer
): Rejection | null {
  if (!runsOn(host.processor, configuration.processor)) {
    return reject(
      'OFFER_UNSUITABLE',
      `${host.name} is ${host.processor}, the machine asks for ${configuration.processor}`
    )
  }
  const { image } = configuration
  if (image !== null && !offer.images.includes(image)) {
    return reject('OFFER_UNSUITABLE', `${host.name} does not have the image ${image}`)
  }
  return null
}

const UNITS: Readonly<Record<ResourceName, string>> = {
  speed: 'bogomips of speed',
  memoryMb: 'MB of memory',
  storageMb: 'MB of storage'
}

function checkRoom(host: HostRecord, configuration: Configuration): Rejection | null {
  const free = freeOf(host)
  const short = shortage(free, configuration)
  if (short === null) return null
  return reject(
    'NO_CAPACITY',
    `${host.name} has ${free[short]} ${UNITS[short]} left, the machine needs ${configuration[short]}: choose another host`
  )
}
