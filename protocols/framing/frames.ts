import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { within } from './deadline.ts'
import { FrameError } from './frame-error.ts'
import { FRAME_BYTES_MAX, peekFrameLength } from './frame-length.ts'
import { Inbox } from './inbox.ts'
import { Outbox } from './outbox.ts'

/**
 * The `streamOptions.maxStreamWindowSize` of yamux that this framing is made for: with a larger window a peer
 * could overrun the 4 MiB a paused libp2p stream may hold, and the stream would be reset.
 */
export const STREAM_WINDOW_BYTES: number = 2 * 1024 * 1024

/** Half of libp2p's inactivity timeout of 120 s, so that we name a silent peer before libp2p resets it. */
export const DEFAULT_IDLE_MS: number = 60_000

export interface FrameOptions {
  /** Largest frame the peer may send; checked before anything is kept. */
  readonly maxBytes: number
  /** Largest frame we may send. Default `maxBytes`. */
  readonly maxWriteBytes?: number
  /** Longest wait for one whole frame, and for room to send one. Default 60 s. */
  readonly idleMs?: number
  /** Resets the stream when it fires. */
  readonly signal?: AbortSignal
}

/** Length-prefixed frames over one stream. All refusals are `FrameError`. */
export interface Frames {
  /**
   * The next frame, or null when the peer has closed its end between frames. One read at a time. A frame that fits into
   * `room` is put there and is a view of it; for any other one memory is taken.
   */
  read(room?: Uint8Array): Promise<Uint8Array | null>
  /** Resolves when the stream has taken the bytes; await it, or nothing holds you back. */
  write(body: Uint8Array): Promise<void>
  /** Closes our end; the peer may go on sending and we may go on reading. */
  close(): Promise<void>
  /**
   * Says a last word, closes our end and drops what the peer still sends; resets the stream if the peer has
   * not closed its end within the idle time. Never rejects: there is nobody left to tell.
   */
  finish(last?: Uint8Array): Promise<void>
  /** Resets the stream at once. */
  abort(reason: Error): void
  /** Resolves when the peer has closed its end or the stream is gone; for those who only write. */
  gone(): Promise<void>
}

/** Takes over a stream, both ways; nobody else may read or write it afterwards. */
export function frames(stream: Stream, options: FrameOptions): Frames {
  const { maxBytes, maxWriteBytes = maxBytes } = options
  const largest = Math.max(maxBytes, maxWriteBytes)
  if (largest > FRAME_BYTES_MAX) {
    throw new RangeError(`a frame of ${largest} bytes, at most ${FRAME_BYTES_MAX} can be said`)
  }
  return new StreamFrames(stream, options)
}

class StreamFrames implements Frames {
  #stream: Stream
  #inbox: Inbox
  #outbox: Outbox
  #maxBytes: number
  #maxWriteBytes: number
  #idleMs: number
  #reading = false

  constructor(stream: Stream, options: FrameOptions) {
    this.#stream = stream
    this.#maxBytes = options.maxBytes
    this.#maxWriteBytes = options.maxWriteBytes ?? options.maxBytes
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS
    this.#inbox = new Inbox(stream, options.maxBytes)
    this.#outbox = new Outbox(stream, this.#idleMs)
    if (options.signal !== undefined) this.#obey(options.signal)
  }

  async read(room?: Uint8Array): Promise<Uint8Array | null> {
    if (this.#reading) throw new Error('two reads of one stream at once')
    this.#reading = true
    try {
      return await within(this.#next(room), this.#idleMs, 'no whole frame came')
    } catch (error) {
      if (error instanceof FrameError) this.#inbox.fail(error)
      throw error
    } finally {
      this.#reading = false
    }
  }

  write(body: Uint8Array): Promise<void> {
    if (body.byteLength > this.#maxWriteBytes) {
      const message = `a frame of ${body.byteLength} bytes is too large to send, at most ${this.#maxWriteBytes}`
      return Promise.reject(new FrameError('OVERSIZED', message))
    }
    return this.#outbox.write(body)
  }

  close(): Promise<void> {
    return this.#outbox.close()
  }

  async finish(last?: Uint8Array): Promise<void> {
    this.#inbox.discard()
    try {
      if (last !== undefined) await this.write(last)
      await this.close()
      await within(this.#ended(), this.#idleMs, 'the peer did not close its end')
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  abort(reason: Error): void {
    this.#inbox.fail(new FrameError('CLOSED', `given up: ${reason.message}`, { cause: reason }))
    this.#stream.abort(reason)
  }

  async #next(room: Uint8Array | undefined): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#inbox.failure !== undefined) throw this.#inbox.failure
      const frame = this.#take(room)
      if (frame !== undefined) return frame
      if (this.#inbox.ended) return this.#end()
      if (!this.#inbox.pull()) await this.#inbox.change()
    }
  }

  #take(room: Uint8Array | undefined): Uint8Array | undefined {
    const { bytes } = this.#inbox
    const length = peekFrameLength(bytes, this.#maxBytes)
    if (length === undefined) return undefined
    const { prefixBytes, bodyBytes } = length
    if (bytes.byteLength < prefixBytes + bodyBytes) return undefined
    const body = bytesBetween(bytes, prefixBytes, prefixBytes + bodyBytes, room)
    bytes.consume(prefixBytes + bodyBytes)
    return body
  }

  #end(): null {
    const left = this.#inbox.bytes.byteLength
    if (left === 0) return null
    throw new FrameError('TRUNCATED', `the stream ended ${left} bytes into an unfinished frame`)
  }

  async #ended(): Promise<void> {
    while (!this.#inbox.ended && this.#stream.status === 'open') await this.#inbox.change()
  }

  async gone(): Promise<void> {
    while (!this.#inbox.ended && !this.#inbox.failure && this.#stream.status === 'open') {
      await this.#inbox.change()
    }
  }

  #obey(signal: AbortSignal): void {
    const cancel = (): void => this.abort(new FrameError('CLOSED', 'cancelled on this side'))
    if (signal.aborted) {
      cancel()
      return
    }
    signal.addEventListener('abort', cancel, { once: true })
    this.#stream.addEventListener('close', () => signal.removeEventListener('abort', cancel))
  }
}

/** In memory of their own: the list may give its pieces away. */
function bytesBetween(
  list: Uint8ArrayList,
  start: number,
  end: number,
  room: Uint8Array | undefined
): Uint8Array {
  if (room === undefined || room.byteLength < end - start) return list.slice(start, end)
  let at = 0
  for (const piece of list.sublist(start, end)) {
    room.set(piece, at)
    at += piece.byteLength
  }
  return room.subarray(0, at)
}
