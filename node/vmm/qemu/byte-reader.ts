import type { Socket } from 'node:net'

/** Reads exact numbers of bytes from a socket, one reader at a time. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]()
  }

  /** Throws when the other side hangs up before that many bytes came. */
  async take(length: number): Promise<Buffer> {
    const parts = [this.#rest]
    let got = this.#rest.length
    while (got < length) {
      const value = await this.#next()
      parts.push(value)
      got += value.length
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts, got)
    this.#rest = all.subarray(length)
    return all.subarray(0, length)
  }
  /** Fills a buffer with the next bytes, which are copied once and not gathered first. */
  async takeInto(target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.length; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next()
      const piece = this.#rest.subarray(0, target.length - at)
      target.set(piece, at)
      at += piece.length
      this.#rest = this.#rest.subarray(piece.length)
    }
  }

  async #next(): Promise<Buffer> {
    const { value, done } = await this.#chunks.next()
    if (done === true) throw new Error('The connection was closed.')
    return value
  }
}
