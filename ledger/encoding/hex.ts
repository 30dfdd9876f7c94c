/**
 * Lower-case hex, the form in which ids, keys, hashes and signatures live in memory. Written here because it
 * is on the path of every record, where a general multibase codec is several times slower.
 */
import { toString } from 'uint8arrays/to-string'
import { EncodingError } from './errors.ts'

const DIGITS = '0123456789abcdef'
/** The two characters of each byte. */
const HIGH: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => DIGITS.charCodeAt(byte >> 4))
const LOW: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => DIGITS.charCodeAt(byte & 15))

/** Where digits are put together: a text made of its bytes at once is flat, one that grew by pairs is a tree. */
const scratch = new Uint8Array(256)

export function toHex(bytes: Uint8Array): string {
  const { length } = bytes
  const digits = 2 * length <= scratch.length ? scratch : new Uint8Array(2 * length)
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] ?? 0
    digits[2 * at] = HIGH[byte] ?? 0
    digits[2 * at + 1] = LOW[byte] ?? 0
  }
  return toString(digits.subarray(0, 2 * length))
}

/** Before these of 16 bytes a UUID has a dash. */
const DASHED: ReadonlySet<number> = new Set([4, 6, 8, 10])
const DASH = '-'.charCodeAt(0)
const UUID_CHARACTERS = 36

/** 16 bytes in the text form of a UUID. */
export function toUuid(bytes: Uint8Array): string {
  let place = 0
  for (let at = 0; at < 16; at++) {
    if (DASHED.has(at)) scratch[place++] = DASH
    const byte = bytes[at] ?? 0
    scratch[place++] = HIGH[byte] ?? 0
    scratch[place++] = LOW[byte] ?? 0
  }
  return toString(scratch.subarray(0, UUID_CHARACTERS))
}

/** The worth of each ASCII character as a digit; 255: it is none. */
const WORTH: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const worth = DIGITS.indexOf(String.fromCharCode(code))
  return worth < 0 ? 255 : worth
})

/** Throws `EncodingError` unless `text` is an even number of lower-case hex digits. */
export function fromHex(text: string): Uint8Array {
  const { length } = text
  if (length % 2 !== 0) {
    throw new EncodingError('WRONG_SHAPE', `${length} hex digits are no whole number of bytes`)
  }
  const bytes = new Uint8Array(length / 2)
  putHex(text, bytes, 0)
  return bytes
}

/** Writes an even number of digits as bytes into `bytes` from `at` on. Throws `EncodingError`. */
export function putHex(text: string, bytes: Uint8Array, at: number): void {
  for (let digit = 0, place = at; digit < text.length; digit += 2, place++) {
    const high = WORTH[text.charCodeAt(digit)] ?? 255
    const low = WORTH[text.charCodeAt(digit + 1)] ?? 255
    if (high === 255 || low === 255) throw noDigit(text, digit)
    bytes[place] = high * 16 + low
  }
}

function noDigit(text: string, near: number): EncodingError {
  const pair = JSON.stringify(text.slice(near, near + 2))
  return new EncodingError('WRONG_SHAPE', `${pair} are no two lower-case hex digits`)
}
