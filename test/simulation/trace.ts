import { createHash } from 'node:crypto'
import type { Clockwork } from './clockwork.ts'

/** Lines of a trace that are kept to be shown. */
const TAIL_LINES = 40

/** All that happened in a run, as one hash; and its end, for whoever has to find out why. */
export class Trace {
  readonly #hash = createHash('sha256')
  readonly #clockwork: Clockwork
  readonly #sinceMs: number
  #tail: string[] = []

  constructor(clockwork: Clockwork) {
    this.#clockwork = clockwork
    this.#sinceMs = clockwork.nowMs
  }

  note(line: string): void {
    const timed = `${String(this.#clockwork.nowMs - this.#sinceMs).padStart(7)} ms  ${line}`
    this.#hash.update(timed)
    this.#tail.push(timed)
    if (this.#tail.length > TAIL_LINES * 2) this.#tail = this.#tail.slice(-TAIL_LINES)
  }

  bytes(from: string, bytes: Uint8Array): void {
    this.#hash.update(`${this.#clockwork.nowMs} ${from} `).update(bytes)
  }

  tail(): readonly string[] {
    return this.#tail.slice(-TAIL_LINES)
  }

  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}
