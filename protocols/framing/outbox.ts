import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { within } from './deadline.ts'
import { FrameError } from './frame-error.ts'
import { encodeFrameLength } from './frame-length.ts'

/**
 * The sending end of a stream with backpressure: a frame is handed over only when the muxer has taken the one
 * before, so at most one frame waits in the stream's buffer. `stream.onDrain()` is not used: after its first
 * use it returns at once and the buffer grows without bound.
 */
export class Outbox {
  #stream: Stream
  #idleMs: number
  #tail: Promise<void> = Promise.resolve()

  constructor(stream: Stream, idleMs: number) {
    this.#stream = stream
    this.#idleMs = idleMs
  }

  /** In the order of the calls. The bytes must not be changed afterwards: they are not copied. */
  write(body: Uint8Array): Promise<void> {
    const sent = this.#tail.then(() => this.#send(body))
    this.#tail = sent.catch(() => undefined)
    return sent
  }

  /** Half-closes after the last write. */
  async close(): Promise<void> {
    await this.#tail
    try {
      await this.#stream.close({ signal: AbortSignal.timeout(this.#idleMs) })
    } catch (cause) {
      throw new FrameError('CLOSED', 'the stream was gone before it could be closed', { cause })
    }
  }

  async #send(body: Uint8Array): Promise<void> {
    await within(drained(this.#stream), this.#idleMs, 'the peer took no bytes')
    try {
      this.#stream.send(new Uint8ArrayList(encodeFrameLength(body.byteLength), body))
    } catch (cause) {
      throw new FrameError('CLOSED', 'the stream is closed for sending', { cause })
    }
  }
}

function drained(stream: Stream): Promise<void> {
  if (!stream.writableNeedsDrain) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      stream.removeEventListener('drain', onDrain)
      stream.removeEventListener('close', onClose)
      act()
    }
    const onDrain = (): void => settle(resolve)
    const onClose = (): void =>
      settle(() => reject(new FrameError('CLOSED', 'the stream closed while bytes were waiting')))
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('close', onClose)
  })
}
