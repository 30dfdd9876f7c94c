/** What a destination asks of the origin and what it gets; SPEC.md has the conversation. */
import {
  type Codec,
  choice,
  fields,
  type Hash,
  list,
  record,
  type SignedReceipt,
  signedReceiptCodec,
  tagged,
  type Uuid
} from '../../ledger/index.ts'
import { type MessageKind, nothing, sentence } from '../framing/index.ts'
import {
  BLOCK_BYTES,
  PART_BLOCKS_MAX,
  PART_NAMES,
  type PartName,
  type PartShape,
  partsCodec
} from './parts.ts'

/** Blocks of data in one frame: 1 MiB keeps the stream full and is half of the muxer's window. */
export const FRAME_BLOCKS_MAX: number = 64
/** The bytes of 64 blocks in a frame of their own; every message is far smaller. */
export const BLOCKS_FRAME_BYTES_MAX: number = FRAME_BLOCKS_MAX * BLOCK_BYTES
/** A message: a challenge of 32 places is the largest. */
const REPLY_BYTES_MAX = 4_096
/** Blocks that one GET may ask for: 64 MiB, a few seconds of a fast link. */
export const GET_BLOCKS_MAX: number = 4_096
/** A question is at most a challenge's answers: 32 digests. */
export const BLOCKS_REQUEST_BYTES_MAX: number = 2_048
/**
 * Blocks of a challenge. Who lacks one block in ten passes 32 random ones with probability 0.034; a whole
 * machine is proved by the root, the challenge only shows that the bytes are where the receipt says.
 */
export const CHALLENGE_BLOCKS: number = 32

export interface BlockPlace {
  readonly part: PartName
  readonly index: number
}

export interface Challenge {
  /** 32 random bytes in hex, so that no answer can be prepared. */
  readonly nonce: string
  readonly places: readonly BlockPlace[]
}

export interface Manifest {
  readonly parts: readonly PartShape[]
  readonly root: Hash
}

export const BLOCKS_REFUSAL_CODES = [
  'MALFORMED',
  /** The ledger (as this node has it) holds no open move of this machine to the peer that asks. */
  'NO_SUCH_MOVE',
  /** The machine cannot be read now: it is not here, or not at rest. */
  'NOT_READY',
  /** A GET outside the manifest. */
  'OUT_OF_RANGE',
  'CHALLENGE_FAILED',
  /** Another stream already serves this move. */
  'BUSY',
  'INTERNAL'
] as const

export type BlocksRefusalCode = (typeof BLOCKS_REFUSAL_CODES)[number]

export interface BlocksRefusal {
  readonly code: BlocksRefusalCode
  readonly message: string
}

export type BlocksRequest =
  | { readonly kind: 'hello'; readonly machine: Uuid; readonly migration: Hash }
  | {
      readonly kind: 'get'
      readonly part: PartName
      readonly first: number
      readonly count: number
    }
  /** "I hold every byte": asks for the challenge. */
  | { readonly kind: 'complete' }
  /** sha256(nonce || block) for each place, in order. */
  | { readonly kind: 'answer'; readonly digests: readonly Hash[] }

export type BlocksReply =
  | ({ readonly kind: 'manifest' } & Manifest)
  /**
   * Whole blocks from `first` on; the part's last may be short. The next frame is these bytes and nothing
   * else: as a part of the message they would be copied, written again and compared, which took three
   * quarters of the time of a move.
   */
  | {
      readonly kind: 'data'
      readonly part: PartName
      readonly first: number
      readonly sizeBytes: number
    }
  /** `count` blocks from `first` on that hold only zeros: they never travel. */
  | {
      readonly kind: 'zeros'
      readonly part: PartName
      readonly first: number
      readonly count: number
    }
  | ({ readonly kind: 'challenge' } & Challenge)
  | { readonly kind: 'receipt'; readonly receipt: SignedReceipt }
  | ({ readonly kind: 'refused' } & BlocksRefusal)

const part: Codec<PartName> = choice(PART_NAMES)
const index: Codec<number> = fields.integer(0, PART_BLOCKS_MAX - 1)

const requestCodec: Codec<BlocksRequest> = tagged<BlocksRequest, 'kind'>('kind', {
  hello: record({ machine: fields.uuid, migration: fields.hash }),
  get: record({ part, first: index, count: fields.integer(1, GET_BLOCKS_MAX) }),
  complete: nothing,
  answer: record({ digests: list(fields.hash, CHALLENGE_BLOCKS) })
})

const replyCodec: Codec<BlocksReply> = tagged<BlocksReply, 'kind'>('kind', {
  manifest: record({ parts: partsCodec, root: fields.hash }),
  data: record({ part, first: index, sizeBytes: fields.integer(1, BLOCKS_FRAME_BYTES_MAX) }),
  zeros: record({ part, first: index, count: fields.integer(1, GET_BLOCKS_MAX) }),
  challenge: record({
    nonce: fields.hash,
    places: list(record<BlockPlace>({ part, index }), CHALLENGE_BLOCKS)
  }),
  receipt: record({ receipt: signedReceiptCodec }),
  refused: record({ code: choice(BLOCKS_REFUSAL_CODES), message: sentence })
})

export const blocksRequest: MessageKind<BlocksRequest> = {
  name: 'blocks request',
  codec: requestCodec,
  limits: { bytesMax: BLOCKS_REQUEST_BYTES_MAX, depthMax: 4, valuesMax: CHALLENGE_BLOCKS + 8 }
}

export const blocksReply: MessageKind<BlocksReply> = {
  name: 'blocks reply',
  codec: replyCodec,
  limits: { bytesMax: REPLY_BYTES_MAX, depthMax: 5, valuesMax: 3 * CHALLENGE_BLOCKS + 16 }
}
