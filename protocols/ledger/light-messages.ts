/** What a node that replays nothing asks: hand-overs, proofs under the head, and what became of a transaction. */
import {
  type CertifiedHeader,
  type Codec,
  certifiedHeaderCodec,
  fields,
  type Hash,
  list,
  queriesCodec,
  record,
  type StateQuery,
  type TransactionProof,
  transactionProofCodec
} from '../../ledger/index.ts'
import { blob } from '../framing/index.ts'

/** Hand-overs of one answer: half a minute's work to check at seven signatures each, a week's epochs to catch up. */
export const EPOCHS_MAX = 64
/** Half an answer: an owner's whole list, or some thousand entries. Whoever needs more asks for narrower ranges. */
export const PROOF_BYTES_MAX = 524_288

export interface EpochsRequest {
  /** The hand-over that ends this epoch is the first wanted. */
  readonly fromEpoch: number
}

export interface ReadRequest {
  /** The answer waits some seconds for a head above this height; 0 for none. */
  readonly afterHeight: number
  readonly queries: readonly StateQuery[]
}

export interface OutcomeRequest {
  readonly transaction: Hash
}

export interface EpochsReply {
  /** In order, without gaps; none where that epoch has not ended. */
  readonly handOvers: readonly CertifiedHeader[]
}

export interface ReadReply {
  readonly head: CertifiedHeader
  /** Under the head's state root. */
  readonly proof: Uint8Array
}

export interface OutcomeReply {
  /** Of the block that holds the transaction. */
  readonly block: CertifiedHeader
  readonly proof: TransactionProof
}

export const epochsRequestCodec: Codec<EpochsRequest> = record({ fromEpoch: fields.counter })
export const readRequestCodec: Codec<ReadRequest> = record({
  afterHeight: fields.counter,
  queries: queriesCodec
})
export const outcomeRequestCodec: Codec<OutcomeRequest> = record({ transaction: fields.hash })

export const epochsReplyCodec: Codec<EpochsReply> = record({
  handOvers: list(certifiedHeaderCodec, EPOCHS_MAX)
})
export const readReplyCodec: Codec<ReadReply> = record({
  head: certifiedHeaderCodec,
  proof: blob(PROOF_BYTES_MAX)
})
export const outcomeReplyCodec: Codec<OutcomeReply> = record({
  block: certifiedHeaderCodec,
  proof: transactionProofCodec
})
