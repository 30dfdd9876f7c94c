/**
 * Whether an offer that somebody sent may enter the index. Cheap questions come first and the signature last:
 * a flood of forgeries must cost its sender more than us.
 */
import {
  type Crypto,
  checkPrices,
  decodeAs,
  EncodingError,
  type Hash,
  type HostRecord,
  hashOffer,
  type Offer,
  type SignedOffer,
  signedOfferCodec,
  type Uuid,
  verifyOffer
} from '../../ledger/index.ts'
import { OFFER_BYTES_MAX } from './messages.ts'

/** Longest life of an offer (design: The market). */
export const OFFER_TTL_MAX_MS: number = 3_600_000
/** How far a host's clock may be ahead of ours. */
export const OFFER_SKEW_MAX_MS: number = 60_000

export const OFFER_FAULT_CODES = [
  'TOO_LARGE',
  'MALFORMED',
  'EXPIRED',
  'LIVES_TOO_LONG',
  'FROM_THE_FUTURE',
  /** Not newer than the offer we hold of this host. */
  'STALE',
  /** The ledger does not know the host (yet). */
  'HOST_UNKNOWN',
  'WRONG_OWNER',
  /** Totals, processor or free amounts that contradict the ledger's record of the host. */
  'CONTRADICTS_LEDGER',
  'BAD_PRICES',
  'FORGED'
] as const

export type OfferFaultCode = (typeof OFFER_FAULT_CODES)[number]

export interface OfferFault {
  readonly code: OfferFaultCode
  readonly message: string
  /**
   * An honest node may send this by mistake (its ledger or its clock is behind): it costs the sender nothing.
   * All others cost it score.
   */
  readonly innocent: boolean
}

export interface OfferContext {
  readonly network: Hash
  readonly crypto: Crypto
  readonly nowMs: number
  /** The ledger's record, at the height this node has. */
  readonly host: (uuid: Uuid) => HostRecord | undefined
  /** Sequence of the offer held of this host; -1 for none. */
  readonly knownSequence: (host: Uuid) => number
}

export type OfferVerdict =
  | { readonly ok: true; readonly offer: SignedOffer; readonly hash: Hash }
  | { readonly ok: false; readonly fault: OfferFault }

/** Judges bytes, as they come from a disk or a stranger. */
export function judgeOfferBytes(bytes: Uint8Array, context: OfferContext): OfferVerdict {
  if (bytes.byteLength > OFFER_BYTES_MAX) {
    return no('TOO_LARGE', `an offer of ${bytes.byteLength} bytes, at most ${OFFER_BYTES_MAX}`)
  }
  try {
    return judgeOffer(decodeAs(signedOfferCodec, bytes), context)
  } catch (error) {
    if (error instanceof EncodingError) return no('MALFORMED', error.message)
    throw error
  }
}

export function judgeOffer(signed: SignedOffer, context: OfferContext): OfferVerdict {
  const fault =
    judgeTimes(signed.offer, context.nowMs) ??
    judgeSequence(signed.offer, context) ??
    judgeAgainstLedger(signed, context)
  if (fault !== null) return { ok: false, fault }
  return { ok: true, offer: signed, hash: hashOffer(signed, context.crypto) }
}

function judgeTimes(offer: Offer, nowMs: number): OfferFault | null {
  const { issuedAtMs, expiresAtMs } = offer
  if (expiresAtMs <= nowMs) return lapse('EXPIRED', `expired ${(nowMs - expiresAtMs) / 1000} s ago`)
  const lifeMs = expiresAtMs - issuedAtMs
  if (lifeMs > OFFER_TTL_MAX_MS || lifeMs <= 0) {
    return wrong(
      'LIVES_TOO_LONG',
      `it lives ${lifeMs} ms, from 1 to ${OFFER_TTL_MAX_MS} are allowed`
    )
  }
  const aheadMs = issuedAtMs - nowMs
  if (aheadMs > OFFER_SKEW_MAX_MS) {
    return lapse(
      'FROM_THE_FUTURE',
      `issued ${aheadMs} ms ahead of our clock, at most ${OFFER_SKEW_MAX_MS}`
    )
  }
  return null
}

function judgeSequence(offer: Offer, context: OfferContext): OfferFault | null {
  const known = context.knownSequence(offer.host)
  if (offer.sequence > known) return null
  return lapse('STALE', `its sequence is ${offer.sequence}, the one we hold has ${known}`)
}

function judgeAgainstLedger(signed: SignedOffer, context: OfferContext): OfferFault | null {
  const { offer } = signed
  const host = context.host(offer.host)
  if (host === undefined) return lapse('HOST_UNKNOWN', `no host ${offer.host} on the ledger`)
  if (host.owner !== offer.owner) {
    return wrong(
      'WRONG_OWNER',
      `host ${offer.host} belongs to ${host.owner}, not to ${offer.owner}`
    )
  }
  const contradiction = contradictionWith(host, offer)
  if (contradiction !== null) return wrong('CONTRADICTS_LEDGER', contradiction)
  const prices = checkPrices(offer.prices)
  if (prices !== null) return wrong('BAD_PRICES', prices)
  if (!verifyOffer(context, signed, host.key)) {
    return wrong('FORGED', `the signature is not by the key of host ${offer.host}`)
  }
  return null
}

function contradictionWith(host: HostRecord, offer: Offer): string | null {
  if (offer.processor !== host.processor) {
    return `its processor is ${offer.processor}, the ledger has ${host.processor}`
  }
  for (const what of ['speed', 'memoryMb', 'storageMb'] as const) {
    if (offer.totals[what] !== host.totals[what]) {
      return `its total ${what} is ${offer.totals[what]}, the ledger has ${host.totals[what]}`
    }
    if (offer.free[what] > offer.totals[what]) {
      return `its free ${what} is ${offer.free[what]} of ${offer.totals[what]}`
    }
  }
  return null
}

function wrong(code: OfferFaultCode, message: string): OfferFault {
  return { code, message, innocent: false }
}

function lapse(code: OfferFaultCode, message: string): OfferFault {
  return { code, message, innocent: true }
}

function no(code: OfferFaultCode, message: string): OfferVerdict {
  return { ok: false, fault: wrong(code, message) }
}
