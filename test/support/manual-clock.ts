import type { Alarms, Clock } from '../../node/clock.ts'

/** A clock that stands until it is moved, and rings the alarms it passes in their order. */
export class ManualClock implements Clock, Alarms {
  #nowMs: number
  #alarms: { readonly atMs: number; readonly ring: () => void }[] = []

  constructor(startMs = 1_000_000) {
    this.#nowMs = startMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, ring: () => void): () => void {
    const alarm = { atMs: this.#nowMs + delayMs, ring }
    this.#alarms.push(alarm)
    return () => {
      this.#alarms = this.#alarms.filter(other => other !== alarm)
    }
  }

  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs
    for (;;) {
      const due = this.#alarms
        .filter(alarm => alarm.atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.#alarms = this.#alarms.filter(other => other !== due)
      this.#nowMs = due.atMs
      due.ring()
    }
    this.#nowMs = endMs
  }
}
