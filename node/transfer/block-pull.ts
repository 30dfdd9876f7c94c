import { crc32 } from 'node:zlib'
import { concat } from 'uint8arrays/concat'
import {
  applyPatch,
  BLOCK_BYTES,
  type BlockRange,
  type BlocksSource,
  blockLength,
  extend,
  FRAME_BLOCKS_MAX,
  grouped,
  leafHash,
  type Packed,
  type PartShape,
  rangeBytes,
  sameHash,
  signaturesOf
} from '../../protocols/blocks/index.ts'
import { AsidePull } from './aside-pull.ts'
import { ContentMismatch } from './checked-pages.ts'
import type { PullJob } from './job.ts'
import { bytesOf, type Leaves, leafOf } from './leaves.ts'
import { unpack } from './packing.ts'

/** Questions for blocks on their way at once: 8 MiB keep a fast link and the disk busy. */
const GETS_AHEAD = 8
/** Its own thread needs fewer to be kept busy. */
const GETS_ASIDE = 4
/** While nothing is known of the link there are fewer: how the rest comes depends on what these tell. */
const GETS_MEASURING = 2

/** Below so many bytes a second finding out what differs within a block takes less time than sending all of it. */
const PATCHING_PAYS = 60e6

/** Blocks in a row, and what had to be sent for them. */
interface Came {
  readonly bytes: Uint8Array
  readonly sentBytes: number
}

type Tasks = Generator<() => Promise<void>, void, void>

/** Asks for blocks, checks each against its leaf, and writes it; several at a time and in any order. */
export class BlockPull {
  readonly #job: PullJob
  #lookFirst: boolean
  /** Set by a failure: what still comes is not written. */
  #broken = false
  readonly #aside: AsidePull
  readonly #writing = new Set<Promise<void>>()
  /** Free memory for answers, one for each question on its way: to take it anew for each cost more than to fill it. */
  readonly #rooms: Uint8Array[] = []

  constructor(job: PullJob) {
    this.#job = job
    this.#lookFirst = job.resumed
    this.#aside = new AsidePull(job)
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
    const { link } = this.#job
    const isUnknown = (): boolean => link.rate === 0 && !this.#aside.pays
    await this.#share(tasks, GETS_MEASURING, isUnknown)
    if (this.#aside.pays) await this.#share(tasks, GETS_ASIDE, () => this.#aside.pays)
    await this.#share(tasks, GETS_AHEAD, () => true)
  }

  /** So many at a time, as long as it goes on; a failure ends it for all of them. */
  async #share(tasks: Tasks, hands: number, goesOn: () => boolean): Promise<void> {
    await Promise.all(
      Array.from({ length: hands }, async () => {
        while (goesOn()) {
          const { value: task, done } = tasks.next()
          if (done === true) return
          await task()
          this.#job.onProgress()
        }
      })
    )
  }

  /** After a failure: resolves when nothing is written any more. The next `pull` looks at what is here first. */
  async breakOff(): Promise<void> {
    this.#broken = true
    this.#lookFirst = true
    await this.#aside.breakOff()
    await Promise.allSettled(this.#writing)
  }

  *#tasks(
    groups: Iterable<readonly BlockRange[]>,
    source: BlocksSource,
    shape: PartShape,
    leaves: Leaves
  ): Tasks {
    for (const ranges of groups) yield () => this.#pullBlocks(source, shape, ranges, leaves)
  }

  async #pullBlocks(
    source: BlocksSource,
    shape: PartShape,
    ranges: readonly BlockRange[],
    leaves: Leaves
  ): Promise<void> {
    const { meter, signal } = this.#job
    signal.throwIfAborted()
    const missing = this.#lookFirst ? await this.#missing(shape, ranges, leaves) : ranges
    meter.reused(bytesOf(shape, ranges) - bytesOf(shape, missing))
    const left = await this.#aside.take(shape, missing, leaves)
    if (left.length > 0) await this.#pullByStream(source, shape, left, leaves)
  }

  async #pullByStream(
    source: BlocksSource,
    shape: PartShape,
    ranges: readonly BlockRange[],
    leaves: Leaves
  ): Promise<void> {
    const { meter, link } = this.#job
    const room = this.#rooms.pop() ?? new Uint8Array(FRAME_BLOCKS_MAX * BLOCK_BYTES)
    const patched = this.#paysPatching(shape) ? await this.#patched(source, shape, ranges) : null
    const isRight = patched !== null && this.#wrongIn(shape, ranges, patched.bytes, leaves) === null
    const { bytes, sentBytes } = isRight
      ? patched
      : await this.#arrived(await source.blocks(shape, ranges, link.rate, room))
    if (!isRight) this.#check(shape, ranges, bytes, leaves)
    if (this.#broken) return
    await this.#write(shape, ranges, bytes)
    // After a failure somebody may still write from it: it is not used again then.
    this.#rooms.push(room)
    meter.arrived(bytes.byteLength, sentBytes + (isRight ? 0 : (patched?.sentBytes ?? 0)))
  }

  /** Whether what lies here of a part is worth to be told: there is an older one, and the link is slow. */
  #paysPatching(shape: PartShape): boolean {
    const { base, link } = this.#job
    const hasOld = base?.manifest.parts.some(part => part.shape.name === shape.name) === true
    return hasOld && link.rate > 0 && link.rate < PATCHING_PAYS
  }

  /** The blocks made of what lies here and what differs. */
  async #patched(
    source: BlocksSource,
    shape: PartShape,
    ranges: readonly BlockRange[]
  ): Promise<Came> {
    const { sink, link } = this.#job
    const reads = ranges.map(range =>
      sink.read(shape.name, range.first * BLOCK_BYTES, rangeBytes(shape, range))
    )
    const bytes = concat(await Promise.all(reads))
    const packed = await source.patch(shape, ranges, link.rate, signaturesOf(bytes, crc32))
    const { bytes: patch, sentBytes } = await this.#arrived(packed)
    applyPatch(bytes, patch)
    return { bytes, sentBytes }
  }

  async #arrived(packed: Packed): Promise<Came> {
    const { link, throttle, signal } = this.#job
    const sentBytes = packed.bytes.byteLength
    link.arrived(sentBytes)
    this.#aside.streamed(link.rate)
    await throttle.take(sentBytes, signal)
    return { bytes: await unpacked(packed), sentBytes }
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
    const wrong = this.#wrongIn(shape, ranges, bytes, leaves)
    if (wrong === null) return
    const where = `block ${wrong} of ${shape.name}`
    throw new ContentMismatch(`${where} is not the block that the ledger's root speaks of`)
  }

  /** The first block that is not the one its leaf speaks of. */
  #wrongIn(
    shape: PartShape,
    ranges: readonly BlockRange[],
    bytes: Uint8Array,
    leaves: Leaves
  ): number | null {
    let at = 0
    for (const range of ranges) {
      const length = rangeBytes(shape, range)
      for (const { index, block } of blocksOfRange(shape, range, bytes.subarray(at, at + length))) {
        if (!sameHash(leafHash(this.#job.crypto, block), leafOf(leaves, index))) return index
      }
      at += length
    }
    return null
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
