import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'
import type { Encoding, Packed } from '../../protocols/blocks/index.ts'

const compress = promisify(brotliCompress)
const decompress = promisify(brotliDecompress)

/**
 * Brotli's qualities worth having, with bytes per second of one thread as first guesses; what is measured while
 * they are used replaces them. Between them lie qualities that cost more time than they save bytes.
 */
const FIRST_GUESSES: readonly (readonly [quality: number, bytesPerSecond: number])[] = [
  [0, 330e6],
  [1, 285e6],
  [2, 155e6],
  [4, 68e6],
  [5, 33e6]
]

const FASTEST = 0
/**
 * The packer must be faster than the link by so much: it shares the processor with encryption and with others, and the
 * link takes packed bytes, of which a second of packing yields fewer.
 */
const MARGIN = 1.5
/** How much the newest measurement counts. */
const WEIGHT = 0.2
/** How fast a bad measurement is forgotten while its quality is not used: a busy processor may be idle again. */
const DRIFT = 0.01
/** Packed bytes must be fewer by this part, or the receiver's work is for nothing. */
const WORTH_WHILE = 0.95

/** Decides from measured rates whether and how hard blocks are packed (design: compression when the link is slower). */
export class Packer {
  readonly #speeds = new Map(FIRST_GUESSES)
  readonly #nowMs: () => number
  /** Packings under way: they share the processor, and each alone seems as slow as all of them together. */
  #underWay = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /**
   * The highest quality that keeps up with a link of `rate` bytes per second; undefined if none does. Of a link not yet
   * measured (0) the slow kind is to be feared: plain bytes cost it seconds, packing costs a fast one milliseconds.
   */
  quality(rate: number): number | undefined {
    if (rate === 0) return FASTEST
    let best: number | undefined
    for (const [quality, speed] of this.#speeds) if (speed >= MARGIN * rate) best = quality
    return best
  }

  async pack(
    bytes: Uint8Array,
    rate: number
  ): Promise<{ readonly encoding: Encoding; readonly bytes: Uint8Array }> {
    const quality = this.quality(rate)
    if (quality === undefined || bytes.byteLength === 0) return { encoding: 'plain', bytes }
    const beganMs = this.#nowMs()
    this.#underWay += 1
    const sharers = this.#underWay
    const packed = await compress(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: quality,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength
      }
    }).finally(() => {
      this.#underWay -= 1
    })
    this.#measured(quality, bytes.byteLength, this.#nowMs() - beganMs, sharers)
    const isWorthIt = packed.byteLength < bytes.byteLength * WORTH_WHILE
    return isWorthIt ? { encoding: 'brotli', bytes: packed } : { encoding: 'plain', bytes }
  }

  /** What several did at once counts together, up to what was guessed of one that has the processor for itself. */
  #measured(used: number, bytes: number, ms: number, sharers: number): void {
    const alone = (bytes * 1000) / ms
    for (const [quality, guess] of FIRST_GUESSES) {
      const before = this.#speeds.get(quality) ?? guess
      const together = Math.max(alone, Math.min(guess, alone * sharers))
      const towards = quality === used && ms > 0 ? together : guess
      const weight = quality === used ? WEIGHT : DRIFT
      this.#speeds.set(quality, before + weight * (towards - before))
    }
  }
}

/**
 * Unpacks to exactly the announced length: a bomb is stopped at that length, before it takes memory.
 * Throws RangeError.
 */
export async function unpack(packed: Packed): Promise<Uint8Array> {
  if (packed.encoding === 'plain') return packed.bytes
  const bytes = await decompress(packed.bytes, { maxOutputLength: packed.sizeBytes }).catch(
    (cause: unknown) => {
      throw new RangeError(`packed blocks do not unpack to ${packed.sizeBytes} bytes`, { cause })
    }
  )
  if (bytes.byteLength === packed.sizeBytes) return bytes
  throw new RangeError(`packed blocks of ${bytes.byteLength} bytes, expected ${packed.sizeBytes}`)
}
