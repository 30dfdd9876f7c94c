import { performance } from 'node:perf_hooks'
import { type BlockRange, grouped, type PartShape } from '../../protocols/blocks/index.ts'
import type { Door } from '../vmm/index.ts'
import { AsideChoice, TRY_BLOCKS } from './aside.ts'
import type { PullJob } from './job.ts'
import { bytesOf, type Leaves, leavesOf } from './leaves.ts'

/** The blocks of one pull that come by its side connection, where it has one and that is the better way. */
export class AsidePull {
  readonly #job: PullJob
  readonly #choice = new AsideChoice(() => performance.now())

  constructor(job: PullJob) {
    this.#job = job
  }

  /** The link is so fast that all should come by it. */
  get pays(): boolean {
    return this.#choice.pays
  }

  /** What the stream has carried lately, in bytes per second. */
  streamed(rate: number): void {
    this.#choice.streamed(rate)
  }

  /** Those of the blocks that must come by the stream; the others are here. Throws `ContentMismatch`. */
  async take(
    shape: PartShape,
    ranges: readonly BlockRange[],
    leaves: Leaves
  ): Promise<readonly BlockRange[]> {
    const { side, sink, throttle } = this.#job
    // A bandwidth limit is kept by the stream alone.
    const isReady = side?.isOpen === true && throttle.bytesPerSecond === Infinity
    if (ranges.length === 0 || !isReady) return ranges
    const door = await sink.door(shape.name)
    if (door === undefined) return ranges
    if (this.#choice.pays) {
      const ms = await this.#fetch(shape, ranges, leaves, door)
      return ms === undefined ? ranges : []
    }
    return this.#choice.beginTry() ? await this.#try(shape, ranges, leaves, door) : ranges
  }

  /** Nothing is written by it any more when this resolves. */
  async breakOff(): Promise<void> {
    this.#choice.forget()
    await this.#job.side?.close()
  }

  /** With the first of the blocks. */
  async #try(
    shape: PartShape,
    ranges: readonly BlockRange[],
    leaves: Leaves,
    door: Door
  ): Promise<readonly BlockRange[]> {
    const [few = [], ...others] = grouped(ranges, TRY_BLOCKS)
    let rate = 0
    try {
      const ms = await this.#fetch(shape, few, leaves, door)
      if (ms === undefined) return ranges
      rate = (bytesOf(shape, few) * 1000) / ms
      return others.flat()
    } finally {
      this.#choice.tried(rate)
    }
  }

  /** Milliseconds that they were on their way; undefined if they did not come. */
  async #fetch(
    shape: PartShape,
    ranges: readonly BlockRange[],
    leaves: Leaves,
    door: Door
  ): Promise<number | undefined> {
    const { side, meter } = this.#job
    const ms = await side?.fetch({ shape, ranges, leaves: leavesOf(ranges, leaves), door })
    const bytes = bytesOf(shape, ranges)
    if (ms !== undefined) meter.arrived(bytes, bytes)
    return ms
  }
}
