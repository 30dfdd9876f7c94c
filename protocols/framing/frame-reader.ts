import { Uint8ArrayList } from 'uint8arraylist'
import { FrameError } from './frame-error.ts'
import { type FrameLength, peekFrameLength } from './frame-length.ts'

export interface FrameReaderOptions {
  /** Largest frame that may come; checked before anything is kept. */
  readonly maxBytes: number
  /** Memory of at least that length for the frame that has just begun. It may throw `FrameError`. */
  readonly room: (bytes: number) => Uint8Array
  /** Called with each whole frame, a view of its room. It may throw `FrameError`. */
  readonly frame: (body: Uint8Array) => void
}

/**
 * Frames out of bytes that come in pieces of any size, for whoever is handed them and cannot ask for more: the same
 * frames as `frames` reads from a stream. Each byte of a body is copied once, into the room it is meant for.
 */
export class FrameReader {
  readonly #options: FrameReaderOptions
  /** Bytes of a length that is not whole yet. */
  #prefix: Uint8Array = new Uint8Array()
  #room: Uint8Array | undefined
  #at = 0

  constructor(options: FrameReaderOptions) {
    this.#options = options
  }

  /** Throws `FrameError` MALFORMED or OVERSIZED, and what `room` and `frame` throw; it is of no use afterwards. */
  feed(piece: Uint8Array): void {
    for (let rest = piece; rest.byteLength > 0; ) {
      rest = this.#room === undefined ? this.#begin(rest) : this.#fill(this.#room, rest)
    }
  }

  /** The bytes have ended. Throws `FrameError` TRUNCATED in the middle of a frame. */
  end(): void {
    if (this.#room === undefined && this.#prefix.byteLength === 0) return
    throw new FrameError('TRUNCATED', 'the connection ended in the middle of a frame')
  }

  #begin(piece: Uint8Array): Uint8Array {
    const before = this.#prefix.byteLength
    const length = this.#length(new Uint8ArrayList(this.#prefix, piece))
    if (length === undefined) {
      this.#prefix = Uint8Array.of(...this.#prefix, ...piece)
      return new Uint8Array()
    }
    this.#prefix = new Uint8Array()
    this.#at = 0
    const room = this.#options.room(length.bodyBytes).subarray(0, length.bodyBytes)
    const rest = piece.subarray(length.prefixBytes - before)
    if (length.bodyBytes > 0) {
      this.#room = room
      return rest
    }
    this.#options.frame(room)
    return rest
  }

  #length(bytes: Uint8ArrayList): FrameLength | undefined {
    return peekFrameLength(bytes, this.#options.maxBytes)
  }

  #fill(room: Uint8Array, piece: Uint8Array): Uint8Array {
    const taken = piece.subarray(0, room.byteLength - this.#at)
    room.set(taken, this.#at)
    this.#at += taken.byteLength
    if (this.#at === room.byteLength) {
      this.#room = undefined
      this.#options.frame(room)
    }
    return piece.subarray(taken.byteLength)
  }
}
