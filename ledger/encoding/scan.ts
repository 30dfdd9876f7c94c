/**
 * A walk over CBOR bytes that builds nothing: it bounds depth, number of values and every declared length
 * before anything is allocated for them, and refuses what no record uses and every head that is not in its
 * shortest form. Iterative, so that hostile nesting cannot exhaust the stack.
 */
import { EncodingError } from './errors.ts'
import { ARRAY, BYTES, FALSE, NULL, SIMPLE, TEXT } from './major.ts'

export interface Limits {
  readonly bytesMax: number
  /** Arrays inside arrays. */
  readonly depthMax: number
  /** Values of any kind, arrays included. */
  readonly valuesMax: number
}

/** Throws `EncodingError` unless `bytes` are exactly one value within `limits`, with heads in their one form. */
export function scan(bytes: Uint8Array, limits: Limits): void {
  if (bytes.length > limits.bytesMax) {
    throw new EncodingError('TOO_LARGE', `${bytes.length} bytes, at most ${limits.bytesMax}`)
  }
  /** How many values each open array still wants. */
  const open: number[] = []
  let at = 0
  let values = 0
  let wanted = 1
  while (wanted > 0 || open.length > 0) {
    if (wanted === 0) {
      wanted = open.pop() ?? 0
      continue
    }
    wanted -= 1
    values += 1
    if (values > limits.valuesMax) {
      throw new EncodingError('TOO_MANY', `more than ${limits.valuesMax} values`)
    }
    const first = bytes[at]
    if (first === undefined) throw cutShort()
    const major = first >> 5
    if (major > ARRAY) {
      checkSimple(first)
      at += 1
      continue
    }
    const low = first & 31
    const size = low < 24 ? 0 : 2 ** (low - 24)
    const argument = low < 24 ? low : readArgument(bytes, at, low, size)
    at += 1 + size
    if (major === BYTES || major === TEXT) {
      at += argument
      if (at > bytes.length) throw cutShort()
    } else if (major === ARRAY) {
      if (open.length >= limits.depthMax) {
        throw new EncodingError('TOO_DEEP', `more than ${limits.depthMax} arrays inside each other`)
      }
      open.push(wanted)
      wanted = argument
    }
  }
  if (at !== bytes.length) {
    throw new EncodingError('MALFORMED', `${bytes.length - at} bytes are left over after the value`)
  }
}

/** The number behind a head with a low part of 24 to 27: 1, 2, 4 or 8 bytes of it (RFC 8949, section 3). */
function readArgument(bytes: Uint8Array, at: number, low: number, size: number): number {
  if (low > 27) throw new EncodingError('NOT_CANONICAL', 'an indefinite or reserved length')
  if (at + 1 + size > bytes.length) throw cutShort()
  let argument = 0
  for (let i = at + 1; i <= at + size; i++) argument = argument * 256 + (bytes[i] ?? 0)
  if (argument > Number.MAX_SAFE_INTEGER) {
    throw new EncodingError('OUT_OF_RANGE', 'an integer beyond 2^53 - 1')
  }
  if (argument < (low === 24 ? 24 : 256 ** (size / 2))) {
    throw new EncodingError('NOT_CANONICAL', `${argument} is not in its shortest form`)
  }
  return argument
}

function checkSimple(first: number): void {
  if (first >> 5 !== SIMPLE) {
    throw new EncodingError('UNSUPPORTED', 'a map or a tag: records are arrays')
  }
  if (first < FALSE || first > NULL) {
    throw new EncodingError('UNSUPPORTED', 'a float, undefined or another simple value')
  }
}

function cutShort(): EncodingError {
  return new EncodingError('MALFORMED', 'the bytes end inside a value')
}
