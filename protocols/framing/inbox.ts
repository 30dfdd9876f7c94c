import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { FrameError } from './frame-error.ts'

/**
 * Bytes held here, beyond one whole frame, before the peer is told to wait. With the muxer's window (see
 * `STREAM_WINDOW_BYTES`) this bounds what a peer can make a slow reader hold; 256 KiB keeps small messages
 * from pausing at all. One frame must fit besides, or a reader would wait for bytes it has itself held back.
 */
const HIGH_WATER_BYTES = 256 * 1024

/**
 * The receiving end of a stream with backpressure.
 *
 * It listens to `message` instead of iterating: the stream's own iterator ends at the remote's close even
 * while a paused stream still holds bytes, and loses them. And it never resumes inside the listener:
 * `resume()` delivers the buffer first and opens the window afterwards, so a pause made by the listener in
 * between would be undone and the peer could go on sending.
 */
export class Inbox {
  readonly bytes: Uint8ArrayList = new Uint8ArrayList()
  #stream: Stream
  #highWaterBytes: number
  #ended = false
  #failure: FrameError | undefined
  #resuming = false
  #discarding = false
  #waiters: (() => void)[] = []

  constructor(stream: Stream, maxFrameBytes: number) {
    this.#stream = stream
    this.#highWaterBytes = HIGH_WATER_BYTES + maxFrameBytes
    this.#ended = stream.readableEnded
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
  }

  /** The peer has closed its end and every byte has been delivered. */
  get ended(): boolean {
    return this.#ended
  }

  get failure(): FrameError | undefined {
    return this.#failure
  }

  /** Lets the stream deliver what it holds; true if that brought bytes, the end, or a failure. */
  pull(): boolean {
    const before = this.bytes.byteLength
    if (this.#stream.readStatus === 'paused') this.#resume()
    return this.bytes.byteLength > before || this.#ended || this.#failure !== undefined
  }

  /** Resolves at the next delivery, end, close or failure. */
  change(): Promise<void> {
    return new Promise(resolve => {
      this.#waiters.push(resolve)
    })
  }

  /** Drops everything held and everything still to come. */
  discard(): void {
    this.#discarding = true
    this.bytes.consume(this.bytes.byteLength)
    if (this.#stream.readStatus === 'paused') this.#resume()
  }

  fail(error: FrameError): void {
    this.#failure ??= error
    this.#notify()
  }

  #resume(): void {
    this.#resuming = true
    try {
      this.#stream.resume()
    } catch (cause) {
      // A muxer that is gone cannot be told of the new window; what it had delivered is already in `bytes`.
      if (this.#stream.status === 'open') {
        this.fail(new FrameError('CLOSED', 'the stream cannot be read any further', { cause }))
      }
    } finally {
      this.#resuming = false
    }
    this.#pauseWhenFull()
  }

  #pauseWhenFull(): void {
    if (this.bytes.byteLength < this.#highWaterBytes || this.#stream.readStatus !== 'readable')
      return
    this.#stream.pause()
  }

  #onMessage = (event: StreamMessageEvent): void => {
    if (!this.#discarding) this.bytes.append(event.data)
    if (!this.#resuming) this.#pauseWhenFull()
    this.#notify()
  }

  #onEnd = (): void => {
    this.#ended = true
    this.#notify()
  }

  #onClose = (event: StreamCloseEvent): void => {
    const cause = event.error
    if (cause === undefined) return this.#notify()
    this.fail(new FrameError('CLOSED', `the stream was reset: ${cause.message}`, { cause }))
  }

  #notify(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const wake of waiters) wake()
  }
}
