/** Canonical CBOR (RFC 8949, section 4.2) put down value by value: each has one form, the shortest. */
import { fromString } from 'uint8arrays/from-string'
import { putHex } from './hex.ts'
import { ARRAY, BYTES, FALSE, NULL, TEXT, TRUE } from './major.ts'

const FIRST_BYTES = 4_096
/** Room for a full block, and not for the rare answer of many. */
const KEPT_BYTES_MAX = 2_097_152
/** The longest head: one byte and an argument of eight. */
const HEAD_BYTES_MAX = 9
const WORD = 2 ** 32
const LOW_32 = 2n ** 32n - 1n
/** Of the four words of 128 bits. */
const WORD_SHIFTS = [96n, 64n, 32n, 0n]
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER)
/** Where the five groups of a UUID's digits begin and end. */
const UUID_PARTS = [0, 8, 9, 13, 14, 18, 19, 23, 24, 36]

export class Writer {
  #bytes: Uint8Array = new Uint8Array(FIRST_BYTES)
  #at = 0

  /** Begins anew, in the same memory unless that has become large. */
  clear(): void {
    this.#at = 0
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#bytes = new Uint8Array(FIRST_BYTES)
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at
  }

  /** A copy of what was written from `start` on. */
  since(start: number): Uint8Array {
    return this.#bytes.slice(start, this.#at)
  }

  /** How many values the array has is said before them. */
  array(length: number): void {
    this.#head(ARRAY, length)
  }

  null(): void {
    this.#byte(NULL)
  }

  flag(value: boolean): void {
    this.#byte(value ? TRUE : FALSE)
  }

  /** A whole number from -2^53 + 1 to 2^53 - 1. */
  integer(value: number): void {
    // CBOR counts the negative numbers from -1 on.
    if (value < 0) this.#head(1, -1 - value)
    else this.#head(0, value)
  }

  bytes(value: Uint8Array): void {
    this.#head(BYTES, value.length)
    this.raw(value)
  }

  /** Bytes given as an even number of hex digits; throws `EncodingError` on others. */
  hex(digits: string): void {
    const length = digits.length / 2
    this.#head(BYTES, length)
    this.#reserve(length)
    putHex(digits, this.#bytes, this.#at)
    this.#at += length
  }

  /** 16 bytes, given as a UUID's text. */
  uuid(text: string): void {
    this.#head(BYTES, 16)
    this.#reserve(16)
    for (let part = 0; part < UUID_PARTS.length; part += 2) {
      const end = UUID_PARTS[part + 1] ?? 0
      putHex(text.slice(UUID_PARTS[part], end), this.#bytes, this.#at)
      this.#at += (end - (UUID_PARTS[part] ?? 0)) / 2
    }
  }

  /** A number from 0 to 2^128 - 1 as 16 bytes, big-endian. */
  wide(value: bigint): void {
    this.#head(BYTES, 16)
    this.#reserve(16)
    if (value <= SAFE_MAX) {
      // Sums of everyday size are taken apart without the slower arithmetic of large ones.
      const low = Number(value)
      this.#words(0, 0)
      this.#words(Math.floor(low / WORD), low % WORD)
      return
    }
    for (const shift of WORD_SHIFTS) this.#word(Number((value >> shift) & LOW_32))
  }

  text(value: string): void {
    const { length } = value
    this.#reserve(HEAD_BYTES_MAX + length)
    const start = this.#at
    this.#head(TEXT, length)
    for (let at = 0; at < length; at++) {
      const code = value.charCodeAt(at)
      if (code >= 0x80) {
        this.#at = start
        const utf8 = fromString(value)
        this.#head(TEXT, utf8.length)
        this.raw(utf8)
        return
      }
      this.#bytes[this.#at++] = code
    }
  }

  /** A value that is in its canonical form already. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  #head(major: number, argument: number): void {
    this.#reserve(HEAD_BYTES_MAX)
    const bytes = this.#bytes
    const first = major << 5
    if (argument < 24) {
      bytes[this.#at++] = first | argument
    } else if (argument < 0x100) {
      bytes[this.#at++] = first | 24
      bytes[this.#at++] = argument
    } else if (argument < 0x10000) {
      bytes[this.#at++] = first | 25
      bytes[this.#at++] = argument >> 8
      bytes[this.#at++] = argument
    } else if (argument < WORD) {
      bytes[this.#at++] = first | 26
      this.#word(argument)
    } else {
      bytes[this.#at++] = first | 27
      this.#words(Math.floor(argument / WORD), argument % WORD)
    }
  }

  #words(high: number, low: number): void {
    this.#word(high)
    this.#word(low)
  }

  #word(value: number): void {
    const bytes = this.#bytes
    bytes[this.#at++] = value >>> 24
    bytes[this.#at++] = value >>> 16
    bytes[this.#at++] = value >>> 8
    bytes[this.#at++] = value
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  #reserve(more: number): void {
    const needed = this.#at + more
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
