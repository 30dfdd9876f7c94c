import { type Cipher, createCipheriv, createHash } from 'node:crypto'

const STRETCH = 1 << 20

/**
 * Numbers and bytes that are the same for the same seed and label: the AES-128-CTR key stream under
 * sha256(`seed/label`). Streams of different labels know nothing of each other, so that one version of a machine
 * can be made without the others.
 */
export class SeededBytes {
  readonly #cipher: Cipher
  readonly #zeros = Buffer.alloc(STRETCH)
  #stretch = Buffer.alloc(0)
  #at = 0

  constructor(seed: number, label: string) {
    const key = createHash('sha256').update(`${seed}/${label}`).digest()
    this.#cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16))
  }

  bytes(length: number): Buffer {
    const result = Buffer.allocUnsafe(length)
    for (let written = 0; written < length; ) {
      if (this.#at >= this.#stretch.length) this.#refill()
      const taken = Math.min(length - written, this.#stretch.length - this.#at)
      this.#stretch.copy(result, written, this.#at, this.#at + taken)
      this.#at += taken
      written += taken
    }
    return result
  }

  uint32(): number {
    if (this.#at + 4 > this.#stretch.length) this.#refill()
    const value = this.#stretch.readUInt32LE(this.#at)
    this.#at += 4
    return value
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    return this.uint32() / 2 ** 32
  }

  /** From 0 up to, not including, `below`. */
  integer(below: number): number {
    return Math.floor(this.fraction() * below)
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(items.length)]
    if (item === undefined) throw new Error('a pick from nothing was asked for')
    return item
  }

  /** Box and Muller's: mean 0, deviation 1. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.fraction()))
    return radius * Math.cos(2 * Math.PI * this.fraction())
  }

  #refill(): void {
    this.#stretch = this.#cipher.update(this.#zeros)
    this.#at = 0
  }
}
