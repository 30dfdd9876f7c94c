/** What an owner asks of a host and what the host answers; SPEC.md has the conversation. */
import {
  type Codec,
  choice,
  fields,
  type Hash,
  list,
  nullable,
  type Resources,
  record,
  resourcesCodec,
  type SignedAcceptance,
  type SignedOrder,
  type SignedReceipt,
  signedAcceptanceCodec,
  signedOrderCodec,
  signedReceiptCodec,
  tagged,
  type Uuid
} from '../../ledger/index.ts'
import { type MessageKind, nothing, sentence } from '../framing/index.ts'
import { acceptRequest, type SignedAcceptRequest } from './accept-request.ts'
import { purgeRequest, type SignedPurgeRequest } from './purge-request.ts'
import { type OrderRefusal, REFUSAL_CODES } from './refusals.ts'

/** A signed order with a signed offer inside is below 9 KiB; a record is never larger than 16 KiB. */
export const ORDER_FRAME_BYTES_MAX: number = 16_384

export type HostRequest =
  | { readonly kind: 'order'; readonly order: SignedOrder }
  | { readonly kind: 'accept'; readonly request: SignedAcceptRequest }
  | { readonly kind: 'host-query' }
  /** Removes an older version that is kept here; `done` when nothing of it is left. */
  | { readonly kind: 'purge'; readonly request: SignedPurgeRequest }
  /** The owner signs the receipt that the origin withholds; `done` when the destination has it on its disk. */
  | { readonly kind: 'vouch'; readonly machine: Uuid; readonly receipt: SignedReceipt }
  /** How far the move of this machine to here is, until it ends. The VMMP messages carry no figures. */
  | { readonly kind: 'watch-move'; readonly machine: Uuid }

/** How far the work is. `bytesTotal` 0: not counted in bytes. */
export interface OrderProgress {
  /** In words: "making the disk". */
  readonly step: string
  readonly bytesDone: number
  readonly bytesTotal: number
  /** Of `bytesDone`: what was at the destination already, and zeros. */
  readonly bytesReused: number
  /** What travelled, packed or not. */
  readonly bytesSent: number
}

/** Work that is not counted in bytes. */
export const UNCOUNTED: Omit<OrderProgress, 'step'> = {
  bytesDone: 0,
  bytesTotal: 0,
  bytesReused: 0,
  bytesSent: 0
}

/** What a host can do now. */
export interface HostAnswer {
  readonly host: Uuid
  readonly images: readonly Hash[]
  readonly methods: readonly string[]
  readonly free: Resources
}

export type HostReply =
  | ({ readonly kind: 'progress' } & OrderProgress)
  /**
   * The confirmation is final, by this transaction; null when the host learned that from the ledger's state
   * alone, after a restart.
   */
  | { readonly kind: 'done'; readonly transaction: Hash | null }
  | { readonly kind: 'accepted'; readonly acceptance: SignedAcceptance }
  | ({ readonly kind: 'host' } & HostAnswer)
  | ({ readonly kind: 'refused' } & OrderRefusal)

const requestCodec: Codec<HostRequest> = tagged<HostRequest, 'kind'>('kind', {
  order: record({ order: signedOrderCodec }),
  accept: record({ request: acceptRequest.codec }),
  'host-query': nothing,
  purge: record({ request: purgeRequest.codec }),
  vouch: record({ machine: fields.uuid, receipt: signedReceiptCodec }),
  'watch-move': record({ machine: fields.uuid })
})

const replyCodec: Codec<HostReply> = tagged<HostReply, 'kind'>('kind', {
  progress: record({
    step: fields.text(128),
    bytesDone: fields.counter,
    bytesTotal: fields.counter,
    bytesReused: fields.counter,
    bytesSent: fields.counter
  }),
  done: record({ transaction: nullable(fields.hash) }),
  accepted: record({ acceptance: signedAcceptanceCodec }),
  host: record({
    host: fields.uuid,
    images: list(fields.hash, 64),
    methods: list(fields.text(16, 1), 16),
    free: resourcesCodec
  }),
  refused: record({ code: choice(REFUSAL_CODES), message: sentence })
})

const limits = { bytesMax: ORDER_FRAME_BYTES_MAX, depthMax: 12, valuesMax: 2_048 }

export const hostRequest: MessageKind<HostRequest> = {
  name: 'host request',
  codec: requestCodec,
  limits
}

export const hostReply: MessageKind<HostReply> = { name: 'host reply', codec: replyCodec, limits }
