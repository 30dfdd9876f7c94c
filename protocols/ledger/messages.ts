/** What any node may ask any node about the ledger; SPEC.md has the conversation. */
import {
  BLOCK_LIMITS,
  type CertifiedBlock,
  type Chunk,
  type Codec,
  certifiedBlockCodec,
  choice,
  fields,
  type Hash,
  list,
  nullable,
  POOL_REFUSAL_CODES,
  type PoolRefusalCode,
  REJECTION_CODES,
  record,
  type SignedTransaction,
  signedTransactionCodec,
  tagged
} from '../../ledger/index.ts'
import { blob, type MessageKind, nothing, sentence } from '../framing/index.ts'
import {
  type EpochsReply,
  type EpochsRequest,
  epochsReplyCodec,
  epochsRequestCodec,
  type OutcomeReply,
  type OutcomeRequest,
  outcomeReplyCodec,
  outcomeRequestCodec,
  type ReadReply,
  type ReadRequest,
  readReplyCodec,
  readRequestCodec
} from './light-messages.ts'
import {
  type ChunkRequest,
  chunkReplyCodec,
  chunkRequestCodec,
  type SnapshotsReply,
  snapshotsReplyCodec
} from './snapshot-messages.ts'

/** Transactions of one submission: opening a stream costs as much as checking some signatures. */
export const SUBMITTED_MAX = 128
/** Room for as many as are sent at once, of which each is 300 bytes as a rule and a 16 KiB record at most. */
export const LEDGER_REQUEST_BYTES_MAX: number = 131_072
/** One certified block is the largest thing that is ever answered; a little more for the envelope. */
export const LEDGER_REPLY_BYTES_MAX: number = BLOCK_LIMITS.bytesMax + 64
/** Seven coordinators and the parameters take 1 KiB; a network's genesis is read before anything is trusted. */
export const GENESIS_BYTES_MAX: number = 16_384

/** Why a node says no by itself; for a submitted transaction the ledger's own codes come besides. */
export const LEDGER_REFUSAL_CODES = [
  'MALFORMED',
  /** The node has no such height yet, or not any more: follow from its head, or ask another. */
  'HEIGHT_UNKNOWN',
  /** The proof would be larger than an answer may be: ask for less at once. */
  'PROOF_TOO_LARGE',
  /** The node knows no block of the last ones with this transaction. */
  'OUTCOME_UNKNOWN',
  /** This peer has as many follow streams as are served to one. */
  'TOO_MANY_FOLLOWS',
  /** The node does not keep this state, or not any more: ask what it has now. */
  'SNAPSHOT_UNKNOWN',
  /** As many chunks are under way as a node sends at once, to this peer or to all: ask again later, or another. */
  'SNAPSHOT_BUSY',
  /** The node cannot reach a coordinator. */
  'UNREACHABLE',
  /** The node has sent it to a coordinator and got no answer: it may be included. */
  'UNANSWERED',
  'INTERNAL'
] as const

/** What a node says itself, what its pool says, what the ledger's rules say. */
export type LedgerRefusalCode = (typeof LEDGER_REFUSAL_CODES)[number] | PoolRefusalCode

export interface LedgerRefusal {
  readonly code: LedgerRefusalCode
  readonly message: string
}

export type LedgerRequest =
  | { readonly kind: 'submit'; readonly transactions: readonly SignedTransaction[] }
  /** Every block from this height on: what there is, then each new one. */
  | { readonly kind: 'follow'; readonly fromHeight: number }
  | { readonly kind: 'head' }
  | { readonly kind: 'genesis' }
  | ({ readonly kind: 'epochs' } & EpochsRequest)
  | ({ readonly kind: 'read' } & ReadRequest)
  | ({ readonly kind: 'outcome' } & OutcomeRequest)
  /** Which states the node keeps for those far behind. */
  | { readonly kind: 'snapshots' }
  | ({ readonly kind: 'chunk' } & ChunkRequest)

export interface Head {
  readonly height: number
  /** Hash of the header at that height; the network's id at height 0. */
  readonly hash: Hash
}

export type LedgerReply =
  /** One answer for each. null: taken for inclusion; whether it applies is known from the block that includes it. */
  | { readonly kind: 'submitted'; readonly answers: readonly (LedgerRefusal | null)[] }
  | { readonly kind: 'block'; readonly block: CertifiedBlock }
  /** Nothing new: keeps an idle follow stream alive and says where the node is. */
  | { readonly kind: 'ping'; readonly height: number }
  | ({ readonly kind: 'head' } & Head)
  | { readonly kind: 'genesis'; readonly bytes: Uint8Array }
  | ({ readonly kind: 'epochs' } & EpochsReply)
  | ({ readonly kind: 'read' } & ReadReply)
  | ({ readonly kind: 'outcome' } & OutcomeReply)
  | ({ readonly kind: 'snapshots' } & SnapshotsReply)
  | ({ readonly kind: 'chunk' } & Chunk)
  | ({ readonly kind: 'refused' } & LedgerRefusal)

const requestCodec: Codec<LedgerRequest> = tagged<LedgerRequest, 'kind'>('kind', {
  submit: record({ transactions: list(signedTransactionCodec, SUBMITTED_MAX, 1) }),
  follow: record({ fromHeight: fields.counter }),
  head: nothing,
  genesis: nothing,
  epochs: epochsRequestCodec,
  read: readRequestCodec,
  outcome: outcomeRequestCodec,
  snapshots: nothing,
  chunk: chunkRequestCodec
})

const refusalCodec: Codec<LedgerRefusal> = record({
  code: choice<LedgerRefusalCode>([
    ...LEDGER_REFUSAL_CODES,
    ...POOL_REFUSAL_CODES,
    ...REJECTION_CODES
  ]),
  message: sentence
})

const replyCodec: Codec<LedgerReply> = tagged<LedgerReply, 'kind'>('kind', {
  submitted: record({ answers: list(nullable(refusalCodec), SUBMITTED_MAX) }),
  block: record({ block: certifiedBlockCodec }),
  ping: record({ height: fields.counter }),
  head: record({ height: fields.counter, hash: fields.hash }),
  genesis: record({ bytes: blob(GENESIS_BYTES_MAX) }),
  epochs: epochsReplyCodec,
  read: readReplyCodec,
  outcome: outcomeReplyCodec,
  snapshots: snapshotsReplyCodec,
  chunk: chunkReplyCodec,
  refused: refusalCodec
})

export const ledgerRequest: MessageKind<LedgerRequest> = {
  name: 'ledger request',
  codec: requestCodec,
  limits: { bytesMax: LEDGER_REQUEST_BYTES_MAX, depthMax: 15, valuesMax: 16_384 }
}

export const ledgerReply: MessageKind<LedgerReply> = {
  name: 'ledger reply',
  codec: replyCodec,
  limits: {
    bytesMax: LEDGER_REPLY_BYTES_MAX,
    depthMax: BLOCK_LIMITS.depthMax + 2,
    valuesMax: BLOCK_LIMITS.valuesMax + 8
  }
}
