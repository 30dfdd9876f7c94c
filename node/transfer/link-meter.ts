import { performance } from 'node:perf_hooks'

const WINDOW_MS = 500

/** What `LinkMeter` needs to know of the process: both in milliseconds, both only ever growing. */
export interface Busyness {
  nowMs(): number
  /** Time in which the event loop had work. */
  activeMs(): number
}

export const processBusyness: Busyness = {
  nowMs: () => performance.now(),
  activeMs: () => performance.eventLoopUtilization().active
}

/**
 * How fast the link is, seen from its receiving end: bytes that came, per second in which this process had nothing
 * else to do but wait for them. Time spent decrypting, hashing and writing does not count, or a slow processor
 * would pass for a slow link and be given the unpacking besides.
 */
export class LinkMeter {
  readonly #busyness: Busyness
  #bytes = 0
  #sinceMs: number
  #activeMs: number
  #rate = 0

  constructor(busyness: Busyness = processBusyness) {
    this.#busyness = busyness
    this.#sinceMs = busyness.nowMs()
    this.#activeMs = busyness.activeMs()
  }

  arrived(bytes: number): void {
    this.#bytes += bytes
    const nowMs = this.#busyness.nowMs()
    if (nowMs - this.#sinceMs < WINDOW_MS) return
    const activeMs = this.#busyness.activeMs()
    const waitedMs = Math.max(1, nowMs - this.#sinceMs - (activeMs - this.#activeMs))
    this.#rate = Math.round((this.#bytes * 1000) / waitedMs)
    this.#bytes = 0
    this.#sinceMs = nowMs
    this.#activeMs = activeMs
  }

  /** Bytes per second; 0 until the first window is over. */
  get rate(): number {
    return this.#rate
  }
}
