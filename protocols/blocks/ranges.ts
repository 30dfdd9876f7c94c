/** Which blocks of a page must come, and how they are asked for. */
import { FrameError } from '../framing/index.ts'
import { countOf, hashAt, PAGE_BLOCKS, sameHash, type ZeroHashes } from './manifest.ts'
import type { BlockRange } from './messages.ts'
import { BLOCK_BYTES, blocksOf, type PartName, type PartShape } from './parts.ts'

/** What a destination has to do for one page; places are blocks of the part. */
export interface PageWork {
  /** Blocks whose bytes must come from the origin. */
  readonly wanted: readonly BlockRange[]
  /** Blocks of zeros that lie over other bytes. */
  readonly zeros: readonly BlockRange[]
  /** Blocks that the destination has already: those of its base, and zeros over nothing. */
  readonly reused: number
}

/**
 * Compares the leaves of a page with those the destination's base has there; `base` is empty where it has none, which
 * reads as zeros.
 */
export function workOfPage(
  shape: PartShape,
  page: number,
  leaves: { readonly target: Uint8Array; readonly base: Uint8Array },
  known: ZeroHashes
): PageWork {
  const wanted: BlockRange[] = []
  const zeros: BlockRange[] = []
  let reused = 0
  for (let at = 0; at < countOf(leaves.target); at++) {
    const index = page * PAGE_BLOCKS + at
    const zero = known.leafOf(shape, index)
    const target = hashAt(leaves.target, at)
    const base = hashAt(leaves.base, at)
    if (sameHash(target, base.byteLength === 0 ? zero : base)) reused += 1
    else extend(sameHash(target, zero) ? zeros : wanted, index)
  }
  return { wanted, zeros, reused }
}

/** One more block at the end of a list of ranges. */
export function extend(ranges: BlockRange[], index: number): void {
  const last = ranges.at(-1)
  if (last !== undefined && last.first + last.count === index) {
    ranges[ranges.length - 1] = { first: last.first, count: last.count + 1 }
  } else ranges.push({ first: index, count: 1 })
}

export function blocksIn(ranges: readonly BlockRange[]): number {
  return ranges.reduce((sum, { count }) => sum + count, 0)
}

/** Groups ranges, cut where needed, into lists of at most `most` blocks each. */
export function* grouped(
  ranges: Iterable<BlockRange>,
  most: number
): Generator<readonly BlockRange[], void, void> {
  let group: BlockRange[] = []
  let room = most
  for (const range of ranges) {
    let { first, count } = range
    while (count > 0) {
      const taken = Math.min(count, room)
      group.push({ first, count: taken })
      first += taken
      count -= taken
      room -= taken
      if (room > 0) continue
      yield group
      group = []
      room = most
    }
  }
  if (group.length > 0) yield group
}

/** Bytes that a range stands for: the part's last block may be short. */
export function rangeBytes(shape: PartShape, { first, count }: BlockRange): number {
  return Math.min((first + count) * BLOCK_BYTES, shape.sizeBytes) - first * BLOCK_BYTES
}

/** The part that a question names, if all of it lies within; otherwise the sentence that says why not. */
export function partOf(
  parts: readonly PartShape[],
  name: PartName,
  ranges: readonly BlockRange[],
  unitBlocks = 1
): PartShape | string {
  const shape = parts.find(one => one.name === name)
  if (shape === undefined) return `this machine has no part ${name}`
  const units = Math.ceil(blocksOf(shape) / unitBlocks)
  const outside = ranges.find(({ first, count }) => first + count > units)
  if (outside === undefined) return shape
  const what = unitBlocks === 1 ? 'blocks' : 'pages'
  return `${what} ${outside.first} to ${outside.first + outside.count} of ${name}: it has ${units}`
}

/** Throws `FrameError` unless so many bytes came as were asked for. */
export function requireLength(bytes: Uint8Array, expected: number, what: string): Uint8Array {
  if (bytes.byteLength === expected) return bytes
  throw new FrameError('MALFORMED', `${bytes.byteLength} bytes of ${what}, expected ${expected}`)
}
