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
import { patchBounds, signatureBytes } from './patch.ts'

/** Blocks of data in one frame: 1 MiB keeps the stream full and is half of the muxer's window. */
export const FRAME_BLOCKS_MAX: number = 64
/** The bytes of 64 blocks in a frame of their own, or a patch of as many; every message is far smaller. */
export const BLOCKS_FRAME_BYTES_MAX: number = patchBounds(FRAME_BLOCKS_MAX * BLOCK_BYTES).most
/** A frame of the destination: the signatures of 64 blocks are the largest. */
export const SIGNATURES_BYTES_MAX: number = signatureBytes(FRAME_BLOCKS_MAX * BLOCK_BYTES)
/** A message: a challenge of 32 places is the largest. */
export const REPLY_BYTES_MAX: number = 4_096
/** Page roots that one question may ask for: 1 MiB of them, enough for 128 GiB of content. */
export const PAGE_ROOTS_MAX: number = 32_768
/** Pages whose leaves one question may ask for: their hashes, or their changes, fit in a frame. */
export const LEAF_PAGES_MAX: number = 100
/** A question is at most a challenge's answers: 32 digests. */
export const BLOCKS_REQUEST_BYTES_MAX: number = 2_048
const PORT_MAX = 65_535
/** A rate that nobody's link has: bytes per second. */
const RATE_MAX = 2 ** 40
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

/** What the origin says it has: shapes and roots of all parts. */
export interface Outline {
  readonly parts: readonly PartShape[]
  /** Root of each part, in hex, in the order of `parts`. */
  readonly partRoots: readonly Hash[]
}

/**
 * A connection of its own for blocks, offered by the origin: TCP to the address of the stream's other end and this
 * port, TLS 1.2 with a pre-shared key that is good for one connection.
 */
export interface SideOffer {
  readonly port: number
  /** 32 random bytes in hex that name the key. */
  readonly identity: Hash
  /** 32 random bytes in hex. */
  readonly key: Hash
}

/** How the bytes of a `data` frame travel. */
export const ENCODINGS = ['plain', 'brotli'] as const
export type Encoding = (typeof ENCODINGS)[number]

export const BLOCKS_REFUSAL_CODES = [
  'MALFORMED',
  /** The ledger (as this node has it) holds no open move of this machine to the peer that asks. */
  'NO_SUCH_MOVE',
  /** The machine cannot be read now: it is not here, or not at rest. */
  'NOT_READY',
  /** A question beyond the end of a part, or about a part that is not there. */
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

/** Blocks [first, first + count). */
export interface BlockRange {
  readonly first: number
  readonly count: number
}

export type BlocksRequest =
  | { readonly kind: 'hello'; readonly machine: Uuid; readonly migration: Hash }
  /** Roots of the pages [first, first + count) of a part. */
  | {
      readonly kind: 'pages'
      readonly part: PartName
      readonly first: number
      readonly count: number
    }
  /** Every leaf hash of these pages. */
  | { readonly kind: 'leaves'; readonly part: PartName; readonly pages: readonly number[] }
  /** The leaf hashes of these pages that differ from those of the version with root `base`. */
  | {
      readonly kind: 'changes'
      readonly part: PartName
      readonly base: Hash
      readonly pages: readonly number[]
    }
  /**
   * Blocks, `FRAME_BLOCKS_MAX` in all at most. `rate` is what the destination has seen arrive lately, in bytes per
   * second, 0 while it does not know: from it the origin decides whether compressing pays.
   */
  | {
      readonly kind: 'get'
      readonly part: PartName
      readonly ranges: readonly BlockRange[]
      readonly rate: number
    }
  /** As `get`, but for a patch of what the destination has there; the next frame are its signatures. */
  | {
      readonly kind: 'patch'
      readonly part: PartName
      readonly ranges: readonly BlockRange[]
      readonly rate: number
    }
  /** Asks for a connection of its own for the `get` questions that follow. */
  | { readonly kind: 'side' }
  /** "I hold every byte": asks for the challenge. */
  | { readonly kind: 'complete' }
  /** sha256(nonce || block) for each place, in order. */
  | { readonly kind: 'answer'; readonly digests: readonly Hash[] }

/**
 * Hashes and blocks follow their message in a frame of their own: as a part of the message they would be copied,
 * written again and compared, which took three quarters of the time of a move.
 */
export type BlocksReply =
  | ({ readonly kind: 'outline' } & Outline)
  /** Answers `pages`, `leaves` and `changes`; the next frame is `sizeBytes` of hashes. */
  | { readonly kind: 'hashes'; readonly sizeBytes: number }
  /** Answers `changes`: no manifest of that version is kept here any more; ask for all leaves. */
  | { readonly kind: 'no-base' }
  /** Answers `patch`; the next frame is `sizeBytes` long and unpacks to a patch of `patchBytes`. */
  | {
      readonly kind: 'patched'
      readonly encoding: Encoding
      readonly sizeBytes: number
      readonly patchBytes: number
    }
  /** Answers `get`; the next frame is `sizeBytes` long and holds the blocks of all ranges in order. */
  | { readonly kind: 'data'; readonly encoding: Encoding; readonly sizeBytes: number }
  | ({ readonly kind: 'side' } & SideOffer)
  /** Answers `side`: there is none; go on here. */
  | { readonly kind: 'no-side' }
  | ({ readonly kind: 'challenge' } & Challenge)
  | { readonly kind: 'receipt'; readonly receipt: SignedReceipt }
  | ({ readonly kind: 'refused' } & BlocksRefusal)

const part: Codec<PartName> = choice(PART_NAMES)
const index: Codec<number> = fields.integer(0, PART_BLOCKS_MAX - 1)
const pages: Codec<readonly number[]> = list(index, LEAF_PAGES_MAX, 1)
const range: Codec<BlockRange> = record({
  first: index,
  count: fields.integer(1, FRAME_BLOCKS_MAX)
})
const ranges: Codec<readonly BlockRange[]> = list(range, FRAME_BLOCKS_MAX, 1)
const rate: Codec<number> = fields.integer(0, RATE_MAX)
const sizeBytes: Codec<number> = fields.integer(0, BLOCKS_FRAME_BYTES_MAX)

const requestCodec: Codec<BlocksRequest> = tagged<BlocksRequest, 'kind'>('kind', {
  hello: record({ machine: fields.uuid, migration: fields.hash }),
  pages: record({ part, first: index, count: fields.integer(1, PAGE_ROOTS_MAX) }),
  leaves: record({ part, pages }),
  changes: record({ part, base: fields.hash, pages }),
  get: record({ part, ranges, rate }),
  patch: record({ part, ranges, rate }),
  side: nothing,
  complete: nothing,
  answer: record({ digests: list(fields.hash, CHALLENGE_BLOCKS) })
})

const replyCodec: Codec<BlocksReply> = tagged<BlocksReply, 'kind'>('kind', {
  outline: record({ parts: partsCodec, partRoots: list(fields.hash, PART_NAMES.length, 1) }),
  hashes: record({ sizeBytes }),
  'no-base': nothing,
  patched: record({ encoding: choice(ENCODINGS), sizeBytes, patchBytes: sizeBytes }),
  data: record({ encoding: choice(ENCODINGS), sizeBytes }),
  side: record({
    port: fields.integer(1, PORT_MAX),
    identity: fields.hash,
    key: fields.hash
  }),
  'no-side': nothing,
  challenge: record({
    nonce: fields.hash,
    places: list(record<BlockPlace>({ part, index }), CHALLENGE_BLOCKS)
  }),
  receipt: record({ receipt: signedReceiptCodec }),
  refused: record({ code: choice(BLOCKS_REFUSAL_CODES), message: sentence })
})

/** A `get` of 64 ranges is the one with the most values. */
export const blocksRequest: MessageKind<BlocksRequest> = {
  name: 'blocks request',
  codec: requestCodec,
  limits: { bytesMax: BLOCKS_REQUEST_BYTES_MAX, depthMax: 5, valuesMax: 3 * FRAME_BLOCKS_MAX + 16 }
}

export const blocksReply: MessageKind<BlocksReply> = {
  name: 'blocks reply',
  codec: replyCodec,
  limits: { bytesMax: REPLY_BYTES_MAX, depthMax: 5, valuesMax: 3 * CHALLENGE_BLOCKS + 16 }
}
