import { setTimeout as delay } from 'node:timers/promises'

/** Whoever was idle may send so much at once. */
const BURST_MS = 100

/** What a throttle needs of the time. */
export interface ThrottleClock {
  nowMs(): number
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const processClock: ThrottleClock = {
  nowMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal })
  }
}

/** A bandwidth limit shared by all moves of a host, in one direction. First come, first served. */
export class Throttle {
  readonly bytesPerSecond: number
  readonly #clock: ThrottleClock
  /** When everything taken so far will have gone. */
  #freeAtMs = 0

  /** Infinity is no limit. */
  constructor(bytesPerSecond: number, clock: ThrottleClock = processClock) {
    this.bytesPerSecond = bytesPerSecond
    this.#clock = clock
  }

  /** Resolves when so many bytes may go. Rejects with the signal's reason. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.bytesPerSecond === Infinity) return
    const nowMs = this.#clock.nowMs()
    const startMs = Math.max(this.#freeAtMs, nowMs - BURST_MS)
    this.#freeAtMs = startMs + (bytes * 1000) / this.bytesPerSecond
    if (this.#freeAtMs > nowMs) await this.#clock.sleep(this.#freeAtMs - nowMs, signal)
  }
}
