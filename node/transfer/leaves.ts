import {
  type BlockRange,
  HASH_BYTES,
  hashAt,
  PAGE_BLOCKS,
  type PartShape,
  rangeBytes
} from '../../protocols/blocks/index.ts'

/** The leaves of some pages, by page. */
export type Leaves = ReadonlyMap<number, Uint8Array>

export function leafOf(leaves: Leaves, index: number): Uint8Array {
  const page = leaves.get(Math.floor(index / PAGE_BLOCKS)) ?? new Uint8Array()
  return hashAt(page, index % PAGE_BLOCKS)
}

/** Of all blocks of the ranges, in a row. */
export function leavesOf(ranges: readonly BlockRange[], leaves: Leaves): Uint8Array {
  const count = ranges.reduce((sum, range) => sum + range.count, 0)
  const all = new Uint8Array(count * HASH_BYTES)
  let at = 0
  for (const { first, count } of ranges) {
    for (let index = first; index < first + count; index++, at += HASH_BYTES)
      all.set(leafOf(leaves, index), at)
  }
  return all
}

export function bytesOf(shape: PartShape, ranges: readonly BlockRange[]): number {
  return ranges.reduce((sum, range) => sum + rangeBytes(shape, range), 0)
}
