/** The bytes of an export that do not depend on what is in it; `SPEC.md` beside this file describes them. */
import { fromString } from 'uint8arrays/from-string'
import {
  BLOCK_LIMITS,
  type Codec,
  checked,
  EncodingError,
  fields,
  genesisCodec,
  record
} from '../encoding/index.ts'
import type { Genesis, Hash } from '../records/index.ts'

/** The first bytes of every export; the number is the version of the format. */
export const MAGIC: Uint8Array = fromString('virtuoso-export/1\n')

/** Kind and length in front of each frame's payload. */
export const FRAME_HEAD_BYTES = 5

/** What a frame holds; the words' first letters are its first byte. */
export const FRAME_KINDS = { genesis: 0x47, block: 0x42, trailer: 0x54 } as const

export type FrameKind = keyof typeof FRAME_KINDS

/** The longest payload of each kind: what the kind's own bytes may have. */
export const FRAME_BYTES_MAX: Readonly<Record<FrameKind, number>> = {
  genesis: 65_536,
  block: BLOCK_LIMITS.bytesMax,
  trailer: 64
}

/** How an export begins: which network, and from which height on. */
export interface Beginning {
  readonly network: Hash
  readonly genesis: Genesis
  /** Height of the first block; 1 where the whole ledger is meant. */
  readonly from: number
}

export const beginningCodec: Codec<Beginning> = record({
  network: fields.hash,
  genesis: genesisCodec,
  from: checked(fields.counter, from => {
    if (from >= 1) return from
    throw new EncodingError('OUT_OF_RANGE', 'blocks begin at height 1')
  })
})

/** How it ends: nothing that was cut off, left out or altered by accident fits it. */
export interface Trailer {
  /** Blocks in the file. */
  readonly blocks: number
  /** RFC 9162 tree over kind and payload of every frame before this one. */
  readonly root: Hash
}

export const trailerCodec: Codec<Trailer> = record({ blocks: fields.counter, root: fields.hash })

/** Kind and payload: what the trailer's tree is over. */
export function frameLeaf(kind: FrameKind, payload: Uint8Array): Uint8Array {
  const leaf = new Uint8Array(1 + payload.length)
  leaf[0] = FRAME_KINDS[kind]
  leaf.set(payload, 1)
  return leaf
}

/** Kind, length in four bytes (big-endian), payload. */
export function encodeFrame(kind: FrameKind, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + payload.length)
  frame[0] = FRAME_KINDS[kind]
  new DataView(frame.buffer).setUint32(1, payload.length)
  frame.set(payload, FRAME_HEAD_BYTES)
  return frame
}
