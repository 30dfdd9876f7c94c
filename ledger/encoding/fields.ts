/** The values that records are made of, each with its bounds. */
import type { Picodollars, Uuid } from '../records/index.ts'
import type { Codec } from './codec.ts'
import { EncodingError } from './errors.ts'

export const flag: Codec<boolean> = {
  write: (value, to) => to.flag(value),
  read: from => from.flag()
}

/** A whole number; floats and numbers beyond 2^53 - 1 do not exist in the ledger. */
export function integer(min: number, max: number): Codec<number> {
  const within = (value: number): number => {
    if (!Number.isSafeInteger(value)) throw new EncodingError('WRONG_SHAPE', 'not a whole number')
    if (value < min || value > max) {
      throw new EncodingError('OUT_OF_RANGE', `${value}, expected ${min} to ${max}`)
    }
    // Minus zero would be written as zero: they are one number here.
    return value + 0
  }
  return { write: (value, to) => to.integer(within(value)), read: from => within(from.integer()) }
}

/** Text of at most `max` bytes of UTF-8, without control characters: it is shown on terminals. */
export function text(max: number, min = 0): Codec<string> {
  const within = (value: string): string => {
    const bytes = value.length > max ? value.length : printableBytes(value)
    if (bytes >= min && bytes <= max) return value
    throw new EncodingError('OUT_OF_RANGE', `${bytes} bytes of text, expected ${min} to ${max}`)
  }
  return { write: (value, to) => to.text(within(value)), read: from => within(from.text()) }
}

/** `size` bytes, in memory as lower-case hex. */
export function hex(size: number): Codec<string> {
  return {
    write(value, to) {
      if (value.length !== 2 * size) {
        throw new EncodingError('WRONG_SHAPE', `${value.length} hex digits, expected ${2 * size}`)
      }
      to.hex(value)
    },
    read: from => from.hex(size)
  }
}

/** 16 bytes, in memory as the canonical text form. Any version: the ledger looks the UUID up. */
export const uuid: Codec<Uuid> = {
  write(value, to) {
    if (!UUID.test(value)) throw new EncodingError('WRONG_SHAPE', 'not a UUID in lower case')
    to.uuid(value)
  },
  read: from => from.uuid()
}

/** Picodollars as 16 bytes, big-endian, never negative. */
export const money: Codec<Picodollars> = {
  write(value, to) {
    if (value < 0n || value > MONEY_MAX) {
      throw new EncodingError('OUT_OF_RANGE', `${value} picodollars, expected 0 to 2^128 - 1`)
    }
    to.wide(value)
  },
  read: from => from.wide()
}

/** Numbers that only grow: heights, versions, nonces, sequences; times in ms since 1970. */
export const counter: Codec<number> = integer(0, Number.MAX_SAFE_INTEGER)
/** A resource or a unit: up to 2^40 MB is an exabyte. */
export const amount: Codec<number> = integer(0, 2 ** 40)
export const hash: Codec<string> = hex(32)
export const accountId: Codec<string> = hex(16)
export const publicKey: Codec<string> = hex(32)
export const signature: Codec<string> = hex(64)

const MONEY_MAX = (1n << 128n) - 1n
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}]/u
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** How long a text is in UTF-8. Throws `EncodingError` where it has characters that cannot be shown. */
function printableBytes(value: string): number {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    // Almost every text is printable ASCII; for the others the whole of Unicode is asked.
    if (code < 0x20 || code > 0x7e) return printableBytesOfAny(value)
  }
  return value.length
}

function printableBytesOfAny(value: string): number {
  if (UNPRINTABLE.test(value)) {
    throw new EncodingError('OUT_OF_RANGE', 'a control character or half a surrogate pair')
  }
  let bytes = 0
  for (const character of value) {
    const point = character.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}
