/** What a node far behind asks: which states others keep, and parts of them. Each part proves itself (`ledger/sync`). */
import {
  type CertifiedHeader,
  type Chunk,
  type Codec,
  certifiedHeaderCodec,
  fields,
  type Hash,
  list,
  nullable,
  record,
  type SnapshotOffer,
  type StateRange,
  snapshotOfferCodec,
  stateKeyCodec
} from '../../ledger/index.ts'
import { blob } from '../framing/index.ts'
import { PROOF_BYTES_MAX } from './light-messages.ts'

/** States that a node keeps for others: the newest ones, and one that is being fetched. */
export const SNAPSHOTS_MAX = 4
/** Chunks under way to one peer: an asker has one, a second covers the stream that it gave up and asked again on. */
export const CHUNKS_PER_PEER_MAX = 2
/** Chunks under way to all peers: half a mebibyte each at most. */
export const CHUNKS_MAX = 16

export interface ChunkRequest extends StateRange {
  /** Of the state that is wanted. */
  readonly root: Hash
}

export interface SnapshotsReply {
  /** The newest header, which says how far the snapshots are behind. */
  readonly head: CertifiedHeader
  /** The newest first; none where the node has not kept one yet. */
  readonly offers: readonly SnapshotOffer[]
}

export const chunkRequestCodec: Codec<ChunkRequest> = record({
  root: fields.hash,
  from: stateKeyCodec,
  to: nullable(stateKeyCodec)
})

export const snapshotsReplyCodec: Codec<SnapshotsReply> = record({
  head: certifiedHeaderCodec,
  offers: list(snapshotOfferCodec, SNAPSHOTS_MAX)
})

export const chunkReplyCodec: Codec<Chunk> = record({
  next: nullable(stateKeyCodec),
  proof: blob(PROOF_BYTES_MAX)
})
