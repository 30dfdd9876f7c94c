/** Offers between nodes: the announcement that is gossiped, and how the offers themselves are fetched. */
import {
  type Codec,
  choice,
  encodeAs,
  fields,
  type Hash,
  list,
  nullable,
  record,
  type SignedOffer,
  signedOfferCodec,
  tagged,
  type Uuid
} from '../../ledger/index.ts'
import { decodeMessage, type MessageKind, networkPrefix, sentence } from '../framing/index.ts'

/** An offer with 64 images, 16 addresses of ordinary length and all its texts is below 4 KiB. */
export const OFFER_BYTES_MAX: number = 8_192
/** Offers in one answer, so that an answer stays within half a MiB. */
export const OFFERS_PER_FRAME_MAX: number = 64
export const MARKET_REQUEST_BYTES_MAX: number = OFFERS_PER_FRAME_MAX * 34 + 64
export const MARKET_REPLY_BYTES_MAX: number = OFFERS_PER_FRAME_MAX * OFFER_BYTES_MAX + 64
/** 16 + 9 + 32 + 9 bytes and their heads. */
export const ANNOUNCEMENT_BYTES_MAX: number = 96

/**
 * "This host has an offer with this sequence and this hash": whole offers are not flooded (design: The
 * market), whoever lacks it fetches it. Unsigned: the offer proves itself when it is fetched.
 */
export interface OfferAnnouncement {
  readonly host: Uuid
  readonly sequence: number
  /** Of the signed offer. */
  readonly offer: Hash
  readonly expiresAtMs: number
}

export function offerTopic(network: Hash): string {
  return `${networkPrefix(network)}/market/offers/1.0.0`
}

const announcement: MessageKind<OfferAnnouncement> = {
  name: 'offer announcement',
  codec: record({
    host: fields.uuid,
    sequence: fields.counter,
    offer: fields.hash,
    expiresAtMs: fields.counter
  }),
  limits: { bytesMax: ANNOUNCEMENT_BYTES_MAX, depthMax: 1, valuesMax: 5 }
}

export function encodeAnnouncement(message: OfferAnnouncement): Uint8Array {
  return encodeAs(announcement.codec, message)
}

/** Throws `FrameError` MALFORMED. */
export function decodeAnnouncement(bytes: Uint8Array): OfferAnnouncement {
  return decodeMessage(announcement, bytes)
}

export type MarketRequest =
  /** The offers with these hashes, as far as the node has them. */
  | { readonly kind: 'get'; readonly hashes: readonly Hash[] }
  /** One page of all offers, in the order of their hosts' UUIDs, of hosts after this one. */
  | { readonly kind: 'snapshot'; readonly after: Uuid | null }

export const MARKET_REFUSAL_CODES = ['MALFORMED', 'TOO_MANY_REQUESTS', 'INTERNAL'] as const
export type MarketRefusalCode = (typeof MARKET_REFUSAL_CODES)[number]

export interface MarketRefusal {
  readonly code: MarketRefusalCode
  readonly message: string
}

export interface OfferPage {
  readonly offers: readonly SignedOffer[]
  /** Ask for the page after this host; null when there is no more. */
  readonly next: Uuid | null
}

export type MarketReply =
  | { readonly kind: 'offers'; readonly offers: readonly SignedOffer[] }
  | ({ readonly kind: 'page' } & OfferPage)
  | ({ readonly kind: 'refused' } & MarketRefusal)

const requestCodec: Codec<MarketRequest> = tagged<MarketRequest, 'kind'>('kind', {
  get: record({ hashes: list(fields.hash, OFFERS_PER_FRAME_MAX, 1) }),
  snapshot: record({ after: nullable(fields.uuid) })
})

const offers = list(signedOfferCodec, OFFERS_PER_FRAME_MAX)

const replyCodec: Codec<MarketReply> = tagged<MarketReply, 'kind'>('kind', {
  offers: record({ offers }),
  page: record({ offers, next: nullable(fields.uuid) }),
  refused: record({ code: choice(MARKET_REFUSAL_CODES), message: sentence })
})

export const marketRequest: MessageKind<MarketRequest> = {
  name: 'market request',
  codec: requestCodec,
  limits: { bytesMax: MARKET_REQUEST_BYTES_MAX, depthMax: 4, valuesMax: OFFERS_PER_FRAME_MAX + 8 }
}

export const marketReply: MessageKind<MarketReply> = {
  name: 'market reply',
  codec: replyCodec,
  // An offer has 31 values besides its methods, images and addresses.
  limits: { bytesMax: MARKET_REPLY_BYTES_MAX, depthMax: 8, valuesMax: OFFERS_PER_FRAME_MAX * 160 }
}
