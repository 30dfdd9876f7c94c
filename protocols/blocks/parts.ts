/** What a machine consists of, in blocks, and the bounds on what a peer may claim of it. */
import {
  type Codec,
  checked,
  choice,
  EncodingError,
  fields,
  list,
  record
} from '../../ledger/index.ts'

/** Size of a block of content: 16 KiB, the cluster size that shipped least in the measurements. */
export const BLOCK_BYTES: number = 16_384
/**
 * Most blocks of one part: 2^26 x 16 KiB = 1 TiB. A peer that claims more is refused before anything is
 * planned for it.
 */
export const PART_BLOCKS_MAX: number = 2 ** 26
export const PART_BYTES_MAX: number = PART_BLOCKS_MAX * BLOCK_BYTES

/** In the order in which they enter the content root. */
export const PART_NAMES = ['config', 'disk', 'memory'] as const
export type PartName = (typeof PART_NAMES)[number]

export interface PartShape {
  readonly name: PartName
  /** How the bytes are to be understood: `config-1`, `disk-raw`, `qemu-migration-7.2`. */
  readonly format: string
  readonly sizeBytes: number
}

const partCodec: Codec<PartShape> = record({
  name: choice(PART_NAMES),
  format: fields.text(32, 1),
  sizeBytes: fields.integer(0, PART_BYTES_MAX)
})

const someParts = list(partCodec, PART_NAMES.length, 1)

/** Each part at most once, in the order of `PART_NAMES`. */
export const partsCodec: Codec<readonly PartShape[]> = checked(someParts, ordered)

export function blocksOf(part: PartShape): number {
  return Math.ceil(part.sizeBytes / BLOCK_BYTES)
}

/** Bytes of one block: only a part's last may be short. */
export function blockLength(part: PartShape, index: number): number {
  return Math.min(BLOCK_BYTES, part.sizeBytes - index * BLOCK_BYTES)
}

function ordered(parts: readonly PartShape[]): readonly PartShape[] {
  let last = -1
  for (const part of parts) {
    const place = PART_NAMES.indexOf(part.name)
    if (place <= last)
      throw new EncodingError('OUT_OF_RANGE', `part '${part.name}' is out of place`)
    last = place
  }
  return parts
}
