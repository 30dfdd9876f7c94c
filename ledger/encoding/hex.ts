/**
 * Lower-case hex, the form in which ids, keys, hashes and signatures live in memory. Written here because it
 * is on the path of every record, where a general multibase codec is several times slower.
 */
import { EncodingError } from './errors.ts'

const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0')
)

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += DIGITS[byte]
  return text
}

/** The worth of each ASCII character as a digit; 255: it is none. */
const WORTH: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const worth = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return worth < 0 ? 255 : worth
})

/** Throws `EncodingError` unless `text` is an even number of lower-case hex digits. */
export function fromHex(text: string): Uint8Array {
  const { length } = text
  if (length % 2 !== 0) {
    throw new EncodingError('WRONG_SHAPE', `${length} hex digits are no whole number of bytes`)
  }
  const bytes = new Uint8Array(length / 2)
  for (let at = 0; at < length; at += 2) {
    const high = WORTH[text.charCodeAt(at)] ?? 255
    const low = WORTH[text.charCodeAt(at + 1)] ?? 255
    if (high === 255 || low === 255) throw noDigit(text, at)
    bytes[at / 2] = high * 16 + low
  }
  return bytes
}

function noDigit(text: string, near: number): EncodingError {
  const pair = JSON.stringify(text.slice(near, near + 2))
  return new EncodingError('WRONG_SHAPE', `${pair} are no two lower-case hex digits`)
}
