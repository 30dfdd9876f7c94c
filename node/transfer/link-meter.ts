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

/** A sender that waits for less than this part of the time is held up by itself and not by the link. */
const WAITING_SHARE = 0.2

/**
 * How fast the link takes what we send: bytes per second in which a write waited and this process had nothing else to
 * do. A receiver's measure alone would take a sender that is busy for a slow link, and give it the packing besides;
 * a sender's alone takes what the buffers swallow while it packs for a fast one.
 */
export class SendMeter {
  readonly #busyness: Busyness
  #bytes = 0
  #waitedMs = 0
  #sinceMs: number
  #rate = 0
  #isHeldUp = false

  constructor(busyness: Busyness = processBusyness) {
    this.#busyness = busyness
    this.#sinceMs = busyness.nowMs()
  }

  async sending(bytes: number, write: () => Promise<void>): Promise<void> {
    const beganMs = this.#busyness.nowMs()
    const activeMs = this.#busyness.activeMs()
    await write()
    const nowMs = this.#busyness.nowMs()
    this.#waitedMs += Math.max(0, nowMs - beganMs - (this.#busyness.activeMs() - activeMs))
    this.#bytes += bytes
    if (nowMs - this.#sinceMs < WINDOW_MS) return
    this.#rate = Math.round((this.#bytes * 1000) / Math.max(1, this.#waitedMs))
    this.#isHeldUp = this.#waitedMs >= WAITING_SHARE * (nowMs - this.#sinceMs)
    this.#bytes = 0
    this.#waitedMs = 0
    this.#sinceMs = nowMs
  }

  /**
   * Bytes per second: what the receiver measured where the link holds us up, the faster of the two measures where it
   * does not; 0 until both have one.
   */
  rateWith(received: number): number {
    if (received === 0 || this.#rate === 0) return 0
    return this.#isHeldUp ? received : Math.max(received, this.#rate)
  }
}
