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

/** Throws `EncodingError` unless `text` is an even number of lower-case hex digits. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) {
    throw new EncodingError('WRONG_SHAPE', `${text.length} hex digits are no whole number of bytes`)
  }
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = digit(text.charCodeAt(2 * at)) * 16 + digit(text.charCodeAt(2 * at + 1))
  }
  return bytes
}

function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  throw new EncodingError('WRONG_SHAPE', `character ${code} is no lower-case hex digit`)
}
