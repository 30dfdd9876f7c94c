/**
 * Bytes a second of a link, a tenth more than those of a gigabit, from which on the stream's work in the main thread
 * would hold it up; a slower one carries more by the stream, packed.
 */
const PAYS = 130e6
/** At once: on a busy machine one may be held up by others. */
const TRIES = 3
/** Then again, for whoever was busy for longer. */
const TRY_AGAIN_MS = 2_000
/** So many times slower than what pays: hardly the work of others. Tries go plain, and a slow link has few of them. */
const SLOW = 8
const SLOW_AGAIN_MS = 10_000
/** Blocks of a try: with fewer it would tell more of the round trip than of the link. */
export const TRY_BLOCKS: number = 32

/**
 * Whether blocks come by the side connection: when the stream has shown that the link is fast, or a try has.
 *
 *     unknown --fast stream, fast try--> pays
 */
export class AsideChoice {
  readonly #nowMs: () => number
  #pays = false
  #left = TRIES
  #againMs = 0
  #isTrying = false

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get pays(): boolean {
    return this.#pays
  }

  /** What the stream has carried lately, in bytes per second; 0 while that is not known. */
  streamed(rate: number): void {
    this.#pays ||= rate >= PAYS
  }

  /** Whether the next blocks are to be a try; then `tried` must follow. */
  beginTry(): boolean {
    const isDue = this.#left > 0 || this.#nowMs() >= this.#againMs
    const begins = !this.#pays && !this.#isTrying && isDue
    this.#isTrying ||= begins
    return begins
  }

  /** How many bytes a second came in the try; 0 if they did not come. */
  tried(rate: number): void {
    this.#isTrying = false
    const isSlow = rate > 0 && rate * SLOW < PAYS
    this.#left = isSlow ? 0 : Math.max(0, this.#left - 1)
    this.#againMs = this.#nowMs() + (isSlow ? SLOW_AGAIN_MS : TRY_AGAIN_MS)
    this.#pays ||= rate >= PAYS
  }

  /** Another connection may be another link. */
  forget(): void {
    this.#pays = false
    this.#left = TRIES
    this.#isTrying = false
  }
}
