/** Where time comes from. Everything that judges takes `nowMs` as an argument; only drivers hold a clock. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number
}

/** Something that happens later, and can be called off. */
export interface Alarms {
  /** Calls `ring` once after `delayMs`; the returned function calls it off. */
  after(delayMs: number, ring: () => void): () => void
}

/** The only reader of the machine's clock in the program. */
export const systemClock: Clock = { nowMs: () => Date.now() }

/** Longest delay a Node timer holds; a longer one would ring at once. */
const TIMER_MAX_MS = 2 ** 31 - 1

/** Alarms that do not keep the process alive by themselves. */
export const systemAlarms: Alarms = {
  after(delayMs, ring) {
    const timer = setTimeout(ring, Math.min(Math.max(0, delayMs), TIMER_MAX_MS))
    timer.unref()
    return () => clearTimeout(timer)
  }
}
