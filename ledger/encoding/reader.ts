/** Takes canonical CBOR apart value by value. What it is given was scanned (`scan.ts`), so nothing is cut short. */
import { equals } from 'uint8arrays/equals'
import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'
import { EncodingError } from './errors.ts'
import { toHex, toUuid } from './hex.ts'
import { ARRAY, BYTES, FALSE, NEGATIVE, NULL, SIMPLE, TEXT, TRUE, UNSIGNED } from './major.ts'

const WORD = 2 ** 32
/** High halves of the numbers below 2^53. */
const SAFE_HIGH = 2 ** 21

export class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  /** `bytes` are one scanned value. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Where the next value begins. */
  get at(): number {
    return this.#at
  }

  /** A copy of all bytes read from `start` on. */
  since(start: number): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(start, this.#at))
  }

  /** Goes past the next value, whatever it is. */
  skip(): void {
    for (let wanted = 1; wanted > 0; wanted--) {
      const major = this.major()
      if (major === SIMPLE) {
        this.#at += 1
        continue
      }
      const argument = this.#argument()
      if (major === BYTES || major === TEXT) this.#at += argument
      else if (major === ARRAY) wanted += argument
    }
  }

  /** The bytes from `start` on up to here; a view, not a copy. */
  viewSince(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#at)
  }

  /** Back to where a value began. */
  rewind(start: number): void {
    this.#at = start
  }

  /** The kind of the next value; one of `major.ts`. */
  major(): number {
    return this.#first() >> 5
  }

  isText(): boolean {
    return this.major() === TEXT
  }

  /** True, and read, if the next value is null. */
  null(): boolean {
    if (this.#first() !== NULL) return false
    this.#at += 1
    return true
  }

  flag(): boolean {
    const first = this.#first()
    if (first !== TRUE && first !== FALSE) {
      throw new EncodingError('WRONG_SHAPE', 'neither true nor false')
    }
    this.#at += 1
    return first === TRUE
  }

  integer(): number {
    const major = this.major()
    if (major === UNSIGNED) return this.#argument()
    if (major === NEGATIVE) return -1 - this.#argument()
    throw new EncodingError('WRONG_SHAPE', 'not a whole number')
  }

  /** How many values follow as the items of this one. */
  array(): number {
    if (this.major() !== ARRAY) throw new EncodingError('WRONG_SHAPE', 'not an array')
    return this.#argument()
  }

  /** A view, not a copy. */
  bytes(): Uint8Array {
    const length = this.#bytesLength()
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** Exactly so many bytes, as lower-case hex. */
  hex(size: number): string {
    return toHex(this.sized(size))
  }

  /** Exactly so many bytes; a view, not a copy. */
  sized(size: number): Uint8Array {
    const bytes = this.bytes()
    if (bytes.length === size) return bytes
    throw new EncodingError('OUT_OF_RANGE', `${bytes.length} bytes, expected ${size}`)
  }

  /** 16 bytes as a UUID's text. */
  uuid(): string {
    return toUuid(this.sized(16))
  }

  /** 16 bytes as one number, big-endian. */
  wide(): bigint {
    this.sized(16)
    this.#at -= 16
    const [first, second, third, fourth] = [this.#word(), this.#word(), this.#word(), this.#word()]
    // Sums of everyday size are put together without the slower arithmetic of large ones.
    if (first === 0 && second === 0 && third < SAFE_HIGH) return BigInt(third * WORD + fourth)
    return (joined(first, second) << 64n) | joined(third, fourth)
  }

  text(): string {
    if (this.major() !== TEXT) throw new EncodingError('WRONG_SHAPE', 'not a text')
    const length = this.#argument()
    this.#at += length
    const utf8 = this.#bytes.subarray(this.#at - length, this.#at)
    const text = toString(utf8)
    // As many characters as bytes: all of them are ASCII. Of others some are no UTF-8, or not its only form.
    if (text.length === length && !text.includes(REPLACED)) return text
    if (equals(fromString(text), utf8)) return text
    throw new EncodingError('NOT_CANONICAL', 'a text that is not UTF-8')
  }

  #bytesLength(): number {
    if (this.major() !== BYTES) throw new EncodingError('WRONG_SHAPE', 'not bytes')
    return this.#argument()
  }

  #first(): number {
    return this.#bytes[this.#at] ?? 0
  }

  /** The head's number; the reader stands behind the head then. */
  #argument(): number {
    const bytes = this.#bytes
    const low = (bytes[this.#at++] ?? 0) & 31
    if (low < 24) return low
    if (low === 24) return bytes[this.#at++] ?? 0
    if (low === 25) return (bytes[this.#at++] ?? 0) * 256 + (bytes[this.#at++] ?? 0)
    if (low === 26) return this.#word()
    return this.#word() * WORD + this.#word()
  }

  #word(): number {
    const bytes = this.#bytes
    const at = this.#at
    this.#at += 4
    return (
      (bytes[at] ?? 0) * 0x1000000 +
      (bytes[at + 1] ?? 0) * 0x10000 +
      (bytes[at + 2] ?? 0) * 256 +
      (bytes[at + 3] ?? 0)
    )
  }
}

function joined(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low)
}

/** What a decoder puts in the place of bytes that are no UTF-8. */
const REPLACED = '\ufffd'
