/**
 * One direction of a link: bytes leave it at its rate and come out after its delay.
 *
 *   send ─> waits its turn at the rate ─> on its way for the delay ─> deliver ─> taken: room again
 *
 * A line is shared by all connections of a link; a wire is one connection's share of it.
 */
import type { Alarms, Clock } from '../../../node/clock.ts'

export interface LineOptions {
  readonly clock: Clock & Alarms
  readonly bytesPerMs: number
  readonly delayMs: number
}

/**
 * What one connection may have under way. At 100 Mbit/s 125 kB are on their way during 10 ms; the rest is the
 * queue of a router, 30 ms of it, which also bridges a process that was late.
 */
export const UNDER_WAY_MAX_BYTES: number = 512 * 1024

/** The time at which the last bit of everything sent so far leaves. */
export class Line {
  readonly #options: LineOptions
  #freeAtMs = 0
  #bytes = 0

  constructor(options: LineOptions) {
    this.#options = options
  }

  get clock(): Clock & Alarms {
    return this.#options.clock
  }

  /** All that it has taken. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes `length` bytes now and says when they have come out at the other end. */
  arrivalMs(length: number): number {
    const { clock, bytesPerMs, delayMs } = this.#options
    this.#bytes += length
    this.#freeAtMs = Math.max(this.#freeAtMs, clock.nowMs()) + length / bytesPerMs
    return this.#freeAtMs + delayMs
  }

  /** Bytes come out as they arrive, not when the last of a large write has: this many at a time, 1 ms of them. */
  get sliceBytes(): number {
    return Math.max(1, Math.floor(this.#options.bytesPerMs))
  }
}

export interface WireOptions {
  readonly line: Line
  /** Bytes come out; `taken` is called when the receiver has taken them. */
  readonly deliver: (bytes: Buffer, taken: () => void) => void
  /** The sender's end comes out, after all of its bytes. */
  readonly finish: () => void
  /** There is room again after `send` said that there is none. */
  readonly room: () => void
}

interface Parcel {
  readonly atMs: number
  /** null is the end. */
  readonly bytes: Buffer | null
}

export class Wire {
  readonly #options: WireOptions
  readonly #parcels: Parcel[] = []
  #underWayBytes = 0
  #full = false
  #callOff: (() => void) | null = null

  constructor(options: WireOptions) {
    this.#options = options
  }

  /** False: wait for `room` before sending more. */
  send(bytes: Buffer): boolean {
    const { line } = this.#options
    for (let at = 0; at < bytes.length; at += line.sliceBytes) {
      const slice = bytes.subarray(at, at + line.sliceBytes)
      this.#parcels.push({ atMs: line.arrivalMs(slice.length), bytes: slice })
    }
    this.#underWayBytes += bytes.length
    this.#full = this.#underWayBytes >= UNDER_WAY_MAX_BYTES
    this.#await()
    return !this.#full
  }

  end(): void {
    this.#parcels.push({ atMs: this.#options.line.arrivalMs(0), bytes: null })
    this.#await()
  }

  /** Nothing more comes out. */
  cut(): void {
    this.#parcels.length = 0
    this.#callOff?.()
    this.#callOff = null
  }

  #await(): void {
    const next = this.#parcels[0]
    if (next === undefined || this.#callOff !== null) return
    const { clock } = this.#options.line
    this.#callOff = clock.after(Math.max(0, next.atMs - clock.nowMs()), () => {
      this.#callOff = null
      this.#deliverDue()
      this.#await()
    })
  }

  #deliverDue(): void {
    const nowMs = this.#options.line.clock.nowMs()
    for (let next = this.#parcels[0]; next !== undefined && next.atMs <= nowMs; ) {
      this.#parcels.shift()
      if (next.bytes === null) this.#options.finish()
      else this.#deliver(next.bytes)
      next = this.#parcels[0]
    }
  }

  #deliver(bytes: Buffer): void {
    this.#options.deliver(bytes, () => {
      this.#underWayBytes -= bytes.length
      if (!this.#full || this.#underWayBytes >= UNDER_WAY_MAX_BYTES) return
      this.#full = false
      this.#options.room()
    })
  }
}
