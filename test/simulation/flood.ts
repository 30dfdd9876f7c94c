import type { Clockwork } from './clockwork.ts'
import { Violated } from './violation.ts'

const WINDOW_MS = 1_000
/** Seven members that all talk, and a liar that repeats itself, send a tenth of it. */
const MESSAGES_MAX = 50_000

/** Watches that answers do not bring about answers without an end: a network would drown in them. */
export class Flood {
  readonly #clockwork: Clockwork
  #sinceMs = 0
  #messages = 0

  constructor(clockwork: Clockwork) {
    this.#clockwork = clockwork
  }

  /** One message more. Throws `Violated` where a second holds too many of them. */
  count(): void {
    const { nowMs } = this.#clockwork
    if (nowMs >= this.#sinceMs + WINDOW_MS) {
      this.#sinceMs = nowMs
      this.#messages = 0
    }
    this.#messages += 1
    if (this.#messages <= MESSAGES_MAX) return
    throw new Violated('flood', `${this.#messages} messages within ${WINDOW_MS} ms`)
  }
}
