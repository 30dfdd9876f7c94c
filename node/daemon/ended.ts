/** The answer to `node stop` leaves first. */
const ANSWER_LEAVES_MS = 50

/** Why a node ends: it was asked to, or it must. */
export class Ended {
  readonly promise: Promise<void>
  #finish: () => void = () => undefined
  #fail: (error: unknown) => void = () => undefined

  constructor(signal: AbortSignal) {
    this.promise = new Promise((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
    // It may fail before anybody waits for it, while the node is still being put together.
    this.promise.catch(() => undefined)
    if (signal.aborted) this.#finish()
    signal.addEventListener('abort', () => this.#finish())
  }

  finish(): void {
    setTimeout(this.#finish, ANSWER_LEAVES_MS)
  }

  fail(error: unknown): void {
    this.#fail(error)
  }
}
