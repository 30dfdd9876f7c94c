import { BATCH_BYTES, BATCH_MESSAGES_MAX } from './messages.ts'

/** For one peer that is slow or away: some seconds of a busy ledger. */
export const QUEUE_MESSAGES_MAX = 4_096
export const QUEUE_BYTES_MAX: number = 8 * 1024 * 1024

/** What waits for one peer. When it is full the oldest messages make room: they are over soonest. */
export class SendQueue {
  #messages: Uint8Array[] = []
  #bytes = 0
  #wake: (() => void) | undefined

  get length(): number {
    return this.#messages.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Returns how many messages were pushed out. */
  push(message: Uint8Array): number {
    this.#messages.push(message)
    this.#bytes += message.byteLength
    let dropped = 0
    while (this.#messages.length > QUEUE_MESSAGES_MAX || this.#bytes > QUEUE_BYTES_MAX) {
      this.#bytes -= this.#messages.shift()?.byteLength ?? 0
      dropped += 1
    }
    this.#wake?.()
    return dropped
  }

  /** The oldest messages, as many as go in one batch. */
  take(): readonly Uint8Array[] {
    let bytes = 0
    let count = 0
    for (const message of this.#messages) {
      const tooMany = count === BATCH_MESSAGES_MAX || bytes + message.byteLength > BATCH_BYTES
      if (count > 0 && tooMany) break
      bytes += message.byteLength
      count += 1
    }
    this.#bytes -= bytes
    return this.#messages.splice(0, count)
  }

  /** Resolves when there is something to take, when the time is over or when the signal fires. */
  async filled(waitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#messages.length > 0 || signal.aborted) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, waitMs)
      const wake = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#wake = wake
      signal.addEventListener('abort', wake, { once: true })
    })
    this.#wake = undefined
  }
}
