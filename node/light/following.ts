import type { Alarms } from '../clock.ts'
import { LedgerAccessError } from '../ledger-access/index.ts'
import { pause } from './deadline.ts'
import type { ReadWish } from './head-keeper.ts'

export interface FollowingOptions {
  readonly alarms: Alarms
  readonly log: (message: string, fields?: Record<string, string>) => void
  /** Asks for the next head, with what is read again and again. */
  readonly next: (wish: Omit<ReadWish, 'queries'>, signal: AbortSignal) => Promise<void>
  readonly height: () => number
}

/** The one who is asked waits up to 10 s for a block; an idle ledger makes one every 5 s. */
const NEXT_HEAD_MS = 15_000
/** Between two heads: a busy ledger makes many blocks a second, and nobody looks so often, but who waits for one. */
const BETWEEN_HEADS_MS = 200
const HURRIED_MS = 20
/** Between two attempts to find anybody with a head. */
const RETRY_MS = 1_000

/** Asks for one head after the other, as long as the node runs. */
export class Following {
  readonly #options: FollowingOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  /** Who waits for the next head ends the pause before it is asked for. */
  #waiting = 0
  #resting = new AbortController()
  /** Code of what keeps it from following: told once. */
  #failing = ''

  constructor(options: FollowingOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the node is stopping'))
    this.#resting.abort()
    await this.#running
  }

  /** Somebody waits for the next head until the returned function is called. */
  hurry(): () => void {
    this.#waiting += 1
    this.#resting.abort()
    return () => {
      this.#waiting -= 1
    }
  }

  /** One request for each new head. */
  async #run(signal: AbortSignal): Promise<void> {
    const { next, height } = this.#options
    while (!signal.aborted) {
      try {
        await next({ afterHeight: height(), patienceMs: NEXT_HEAD_MS }, signal)
        this.#note('', '')
      } catch (error) {
        if (signal.aborted) return
        const message = error instanceof Error ? error.message : String(error)
        this.#note(error instanceof LedgerAccessError ? error.code : 'INTERNAL', message)
      }
      await this.#rest(signal)
    }
  }

  #note(failing: string, message: string): void {
    if (failing === this.#failing) return
    this.#failing = failing
    const { log } = this.#options
    if (failing === '') log('the ledger is followed again')
    else log(`the ledger is not followed: ${message}`, { code: failing })
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const { alarms } = this.#options
    await pause(alarms, HURRIED_MS, signal)
    if (signal.aborted) return
    // Nobody need hurry to those who do not answer.
    if (this.#failing !== '') return pause(alarms, RETRY_MS, signal)
    if (this.#waiting > 0) return
    this.#resting = new AbortController()
    await pause(alarms, BETWEEN_HEADS_MS, this.#resting.signal)
  }
}
