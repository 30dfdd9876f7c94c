import { performance } from 'node:perf_hooks'

/** A first measure soon, so that a fast link is not packed for long. */
const FIRST_WINDOW_MS = 25
/** Each window is twice as long as the one before, up to this: a longer one is steadier. */
const WINDOW_MAX_MS = 500

/** What the meters need to know of the process: both in milliseconds, both only ever growing. */
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
  #waitedMs = 0
  /** Begun by the first arrival: what was before it is the origin's preparation and not the link. */
  #since: { readonly nowMs: number; readonly activeMs: number } | undefined
  #windowMs = FIRST_WINDOW_MS
  #rate = 0

  constructor(busyness: Busyness = processBusyness) {
    this.#busyness = busyness
  }

  arrived(bytes: number): void {
    const nowMs = this.#busyness.nowMs()
    const since = this.#since
    if (since !== undefined) this.#bytes += bytes
    if (since !== undefined && nowMs - since.nowMs < this.#windowMs) return
    const activeMs = this.#busyness.activeMs()
    this.#since = { nowMs, activeMs }
    if (since === undefined) return
    this.#waitedMs += Math.max(1, nowMs - since.nowMs - (activeMs - since.activeMs))
    this.#rate = Math.round((this.#bytes * 1000) / this.#waitedMs)
    // The windows before count half, a quarter and so on: one window in which much was done besides says little.
    this.#bytes /= 2
    this.#waitedMs /= 2
    this.#windowMs = Math.min(WINDOW_MAX_MS, 2 * this.#windowMs)
  }

  /** Bytes per second; 0 until the first window is over. */
  get rate(): number {
    return this.#rate
  }
}

/** A receiver that waits for this part of the time is not what holds us up: what goes is what the link takes. */
const SLACK_SHARE = 0.6
/** A busy receiver may hide a link so many times faster than what goes; to pack for that one costs little. */
const HIDDEN_MAX = 4
/** So many packings at once, all that a stream works on ahead, are a queue: they are asked for faster than done. */
const PACKING_QUEUE = 4

/**
 * How fast a link is to be packed for. A receiver's measure alone would take a sender that is busy packing for a slow
 * link, and have it pack the harder, or a busy receiver for a fast link; what goes tells the one from the other.
 */
export class SendMeter {
  readonly #clock: Pick<Busyness, 'nowMs'>
  /** Since the first packing, the time before `#windowMs` counting half, and so on. */
  #elapsedMs = 0
  /** Nothing was being written while a queue of packings stood. */
  #queuedMs = 0
  #bytes = 0
  #writes = 0
  #packings = 0
  #atMs: number | undefined
  #windowEndMs = 0
  #windowMs = FIRST_WINDOW_MS

  constructor(clock: Pick<Busyness, 'nowMs'> = processBusyness) {
    this.#clock = clock
  }

  async packing<T>(pack: () => Promise<T>): Promise<T> {
    this.#atMs ??= this.#clock.nowMs()
    this.#account()
    this.#packings += 1
    try {
      return await pack()
    } finally {
      this.#account()
      this.#packings -= 1
    }
  }

  async sending(bytes: number, write: () => Promise<void>): Promise<void> {
    this.#account()
    this.#writes += 1
    try {
      await write()
      this.#bytes += this.#atMs === undefined ? 0 : bytes
    } finally {
      this.#account()
      this.#writes -= 1
    }
  }

  /** Bytes per second for a receiver that has measured `received` of them; 0 while it has none. */
  rateWith(received: number): number {
    this.#account()
    if (received === 0 || this.#elapsedMs === 0) return 0
    const sent = (this.#bytes * 1000) / this.#elapsedMs
    const isLink = sent >= SLACK_SHARE * received
    const seen = Math.min(received, isLink ? sent : HIDDEN_MAX * sent)
    // It waited for our packing too, and that is not the link.
    return Math.round((seen * this.#elapsedMs) / Math.max(1, this.#elapsedMs - this.#queuedMs))
  }

  /** Books the time since the last event to what was going on in it. */
  #account(): void {
    if (this.#atMs === undefined) return
    const nowMs = this.#clock.nowMs()
    const passedMs = nowMs - this.#atMs
    this.#atMs = nowMs
    this.#elapsedMs += passedMs
    if (this.#writes === 0 && this.#packings >= PACKING_QUEUE) this.#queuedMs += passedMs
    if (nowMs >= this.#windowEndMs) this.#forget(nowMs)
  }

  #forget(nowMs: number): void {
    this.#elapsedMs /= 2
    this.#queuedMs /= 2
    this.#bytes /= 2
    this.#windowEndMs = nowMs + this.#windowMs
    this.#windowMs = Math.min(WINDOW_MAX_MS, 2 * this.#windowMs)
  }
}
