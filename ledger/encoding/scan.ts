/**
 * A walk over CBOR bytes that builds nothing: it bounds depth, number of values and every declared length
 * before a decoder allocates for them, and refuses what no record uses. Iterative, so that hostile nesting
 * cannot exhaust the stack.
 */
import { EncodingError } from './errors.ts'

export interface Limits {
  readonly bytesMax: number
  /** Arrays inside arrays. */
  readonly depthMax: number
  /** Values of any kind, arrays included. */
  readonly valuesMax: number
}

const UNSIGNED = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const SIMPLE = 7
/** Bytes of argument that follow a head with this low part; RFC 8949, section 3. */
const ARGUMENT_BYTES: Readonly<Record<number, number>> = { 24: 1, 25: 2, 26: 4, 27: 8 }

/** Throws `EncodingError` unless `bytes` are exactly one value within `limits`. */
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
    const head = readHead(bytes, at)
    at = head.end
    if (head.major === BYTES || head.major === TEXT) {
      at += head.argument
      if (at > bytes.length) throw cutShort()
    } else if (head.major === ARRAY) {
      if (open.length >= limits.depthMax) {
        throw new EncodingError('TOO_DEEP', `more than ${limits.depthMax} arrays inside each other`)
      }
      open.push(wanted)
      wanted = head.argument
    }
  }
  if (at !== bytes.length) {
    throw new EncodingError('MALFORMED', `${bytes.length - at} bytes are left over after the value`)
  }
}

interface Head {
  readonly major: number
  readonly argument: number
  readonly end: number
}

function readHead(bytes: Uint8Array, at: number): Head {
  const first = bytes[at]
  if (first === undefined) throw cutShort()
  const major = first >> 5
  const low = first & 31
  if (major === SIMPLE) return readSimple(low, at)
  if (major !== UNSIGNED && major !== NEGATIVE && major > ARRAY) {
    throw new EncodingError('UNSUPPORTED', 'a map or a tag: records are arrays')
  }
  if (low < 24) return { major, argument: low, end: at + 1 }
  const size = ARGUMENT_BYTES[low]
  if (size === undefined)
    throw new EncodingError('NOT_CANONICAL', 'an indefinite or reserved length')
  if (at + 1 + size > bytes.length) throw cutShort()
  let argument = 0
  for (let i = at + 1; i <= at + size; i++) argument = argument * 256 + (bytes[i] ?? 0)
  if (argument > Number.MAX_SAFE_INTEGER) {
    throw new EncodingError('OUT_OF_RANGE', 'an integer beyond 2^53 - 1')
  }
  return { major, argument, end: at + 1 + size }
}

function readSimple(low: number, at: number): Head {
  const known = low === 20 || low === 21 || low === 22
  if (!known) throw new EncodingError('UNSUPPORTED', 'a float, undefined or another simple value')
  return { major: SIMPLE, argument: 0, end: at + 1 }
}

function cutShort(): EncodingError {
  return new EncodingError('MALFORMED', 'the bytes end inside a value')
}
