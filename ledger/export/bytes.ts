import { concat } from 'uint8arrays/concat'

/** Takes exact numbers of bytes from pieces of any size, and holds no more than what was asked for and one piece. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>
  #held: Uint8Array = new Uint8Array()

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** So many bytes, fewer only at the end. The caller has bounded `count`. */
  async take(count: number): Promise<Uint8Array> {
    const taken: Uint8Array[] = []
    let missing = count
    while (missing > 0 && (this.#held.length > 0 || (await this.#next()))) {
      const part = this.#held.subarray(0, missing)
      this.#held = this.#held.subarray(part.length)
      taken.push(part)
      missing -= part.length
    }
    const [only] = taken
    return taken.length === 1 && only !== undefined ? only : concat(taken)
  }

  /** Lets the pieces' owner close what it has open. */
  async close(): Promise<void> {
    await this.#pieces.return?.()
  }

  async #next(): Promise<boolean> {
    const next = await this.#pieces.next()
    if (next.done === true) return false
    this.#held = next.value
    return true
  }
}
