import {
  BLOCK_BYTES,
  type BlockRange,
  type BlocksSource,
  blockLength,
  extend,
  FRAME_BLOCKS_MAX,
  grouped,
  hashAt,
  leafHash,
  PAGE_BLOCKS,
  type Packed,
  type PartShape,
  rangeBytes,
  sameHash
} from '../../protocols/blocks/index.ts'
import { ContentMismatch } from './checked-pages.ts'
import type { PullJob } from './job.ts'
import { unpack } from './packing.ts'

/** Questions for blocks on their way at once: 8 MiB keep a fast link and the disk busy. */
const GETS_AHEAD = 8

/** The leaves of some pages, by page. */
export type Leaves = ReadonlyMap<number, Uint8Array>

/** Asks for blocks, checks each against its leaf, and writes it; several at a time and in any order. */
export class BlockPull {
  readonly #job: PullJob
  #lookFirst: boolean
  /** Set by a failure: what still comes is not written. */
  #broken = false
  readonly #writing = new Set<Promise<void>>()
  /** Free memory for answers, one for each question on its way: to take it anew for each cost more than to fill it. */
  readonly #rooms: Uint8Array[] = []

  constructor(job: PullJob) {
    this.#job = job
    this.#lookFirst = job.resumed
  }

  /** Throws `ContentMismatch` for a block that is not the one its leaf speaks of, and what the stream throws. */
  async pull(
    source: BlocksSource,
    shape: PartShape,
    wanted: readonly BlockRange[],
    leaves: Leaves
  ): Promise<void> {
    this.#broken = false
    const tasks = this.#tasks(grouped(wanted, FRAME_BLOCKS_MAX), source, shape, leaves)
    await Promise.all(Array.from({ length: GETS_AHEAD }, () => this.#work(tasks)))
  }

  /** One of several that take the next task each; a failure ends the tasks for all of them. */
  async #work(tasks: Iterable<() => Promise<void>>): Promise<void> {
    for (const task of tasks) {
      await task()
      this.#job.onProgress()
    }
  }

  /** After a failure: resolves when nothing is written any more. The next `pull` looks at what is here first. */
  async breakOff(): Promise<void> {
    this.#broken = true
    this.#lookFirst = true
    await Promise.allSettled(this.#writing)
  }

  *#tasks(
    groups: Iterable<readonly BlockRange[]>,
    source: BlocksSource,
    shape: PartShape,
    leaves: Leaves
  ): Generator<() => Promise<void>, void, void> {
    for (const ranges of groups) yield () => this.#pullBlocks(source, shape, ranges, leaves)
  }

  async #pullBlocks(
    source: BlocksSource,
    shape: PartShape,
    ranges: readonly BlockRange[],
    leaves: Leaves
  ): Promise<void> {
    const { link, meter, throttle, signal } = this.#job
    signal.throwIfAborted()
    const missing = this.#lookFirst ? await this.#missing(shape, ranges, leaves) : ranges
    meter.reused(bytesOf(shape, ranges) - bytesOf(shape, missing))
    if (missing.length === 0) return
    const room = this.#rooms.pop() ?? new Uint8Array(FRAME_BLOCKS_MAX * BLOCK_BYTES)
    const packed = await source.blocks(shape, missing, link.rate, room)
    link.arrived(packed.bytes.byteLength)
    await throttle.take(packed.bytes.byteLength, signal)
    const bytes = await unpacked(packed)
    this.#check(shape, missing, bytes, leaves)
    if (this.#broken) return
    await this.#write(shape, missing, bytes)
    // After a failure somebody may still write from it: it is not used again then.
    this.#rooms.push(room)
    meter.arrived(bytes.byteLength, packed.bytes.byteLength)
  }

  /** Those blocks of the ranges that the sink does not hold yet. */
  async #missing(
    shape: PartShape,
    ranges: readonly BlockRange[],
    leaves: Leaves
  ): Promise<readonly BlockRange[]> {
    const { sink, crypto } = this.#job
    const missing: BlockRange[] = []
    for (const range of ranges) {
      const bytes = await sink.read(shape.name, range.first * BLOCK_BYTES, rangeBytes(shape, range))
      for (const { index, block } of blocksOfRange(shape, range, bytes)) {
        const leaf = leafOf(leaves, index)
        if (!sameHash(leafHash(crypto, block), leaf)) extend(missing, index)
      }
    }
    return missing
  }

  #check(shape: PartShape, ranges: readonly BlockRange[], bytes: Uint8Array, leaves: Leaves): void {
    let at = 0
    for (const range of ranges) {
      const length = rangeBytes(shape, range)
      for (const { index, block } of blocksOfRange(shape, range, bytes.subarray(at, at + length))) {
        if (sameHash(leafHash(this.#job.crypto, block), leafOf(leaves, index))) continue
        const where = `block ${index} of ${shape.name}`
        throw new ContentMismatch(`${where} is not the block that the ledger's root speaks of`)
      }
      at += length
    }
  }

  async #write(shape: PartShape, ranges: readonly BlockRange[], bytes: Uint8Array): Promise<void> {
    const writes = []
    let at = 0
    for (const range of ranges) {
      const length = rangeBytes(shape, range)
      const offset = range.first * BLOCK_BYTES
      writes.push(this.#job.sink.write(shape.name, offset, bytes.subarray(at, at + length)))
      at += length
    }
    const all = Promise.all(writes).then(() => undefined)
    this.#writing.add(all)
    try {
      await all
    } finally {
      this.#writing.delete(all)
    }
  }
}

async function unpacked(packed: Packed): Promise<Uint8Array> {
  try {
    return await unpack(packed)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ContentMismatch(why, { cause })
  }
}

function leafOf(leaves: Leaves, index: number): Uint8Array {
  const page = leaves.get(Math.floor(index / PAGE_BLOCKS)) ?? new Uint8Array()
  return hashAt(page, index % PAGE_BLOCKS)
}

function* blocksOfRange(
  shape: PartShape,
  range: BlockRange,
  bytes: Uint8Array
): Generator<{ readonly index: number; readonly block: Uint8Array }, void, void> {
  let at = 0
  for (let index = range.first; index < range.first + range.count; index++) {
    const length = blockLength(shape, index)
    yield { index, block: bytes.subarray(at, at + length) }
    at += length
  }
}

export function bytesOf(shape: PartShape, ranges: readonly BlockRange[]): number {
  return ranges.reduce((sum, range) => sum + rangeBytes(shape, range), 0)
}
