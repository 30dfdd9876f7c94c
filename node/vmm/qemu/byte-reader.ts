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
      const { value, done } = await this.#chunks.next()
      if (done === true) throw new Error('The connection was closed.')
      parts.push(value)
      got += value.length
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts, got)
    this.#rest = all.subarray(length)
    return all.subarray(0, length)
  }
}
