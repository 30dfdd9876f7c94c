/** The values that records are made of, each with its bounds. */
import type { Picodollars, Uuid } from '../records/index.ts'
import type { Codec } from './codec.ts'
import { EncodingError } from './errors.ts'
import { fromHex, toHex } from './hex.ts'

export const flag: Codec<boolean> = { write: readFlag, read: readFlag }

/** A whole number; floats and numbers beyond 2^53 - 1 do not exist in the ledger. */
export function integer(min: number, max: number): Codec<number> {
  const within = (value: unknown): number => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      throw new EncodingError('WRONG_SHAPE', 'not a whole number')
    }
    if (value < min || value > max) {
      throw new EncodingError('OUT_OF_RANGE', `${value}, expected ${min} to ${max}`)
    }
    // Minus zero would be written as zero: they are one number here.
    return value + 0
  }
  return { write: within, read: within }
}

/** Text of at most `max` bytes of UTF-8, without control characters: it is shown on terminals. */
export function text(max: number, min = 0): Codec<string> {
  const within = (value: unknown): string => {
    if (typeof value !== 'string') throw new EncodingError('WRONG_SHAPE', 'not a text')
    const bytes = value.length > max ? value.length : utf8Length(value)
    if (bytes < min || bytes > max) {
      throw new EncodingError('OUT_OF_RANGE', `${bytes} bytes of text, expected ${min} to ${max}`)
    }
    if (UNPRINTABLE.test(value)) {
      throw new EncodingError('OUT_OF_RANGE', 'a control character or half a surrogate pair')
    }
    return value
  }
  return { write: within, read: within }
}

/** `size` bytes, in memory as lower-case hex. */
export function hex(size: number): Codec<string> {
  return {
    write(value) {
      if (value.length !== 2 * size) {
        throw new EncodingError('WRONG_SHAPE', `${value.length} hex digits, expected ${2 * size}`)
      }
      return fromHex(value)
    },
    read: plain => toHex(readBytes(plain, size))
  }
}

const uuidBytes = hex(16)

/** 16 bytes, in memory as the canonical text form. Any version: the ledger looks the UUID up. */
export const uuid: Codec<Uuid> = {
  write(value) {
    if (!UUID.test(value)) throw new EncodingError('WRONG_SHAPE', 'not a UUID in lower case')
    return uuidBytes.write(value.replaceAll('-', ''))
  },
  read: plain => uuidText(uuidBytes.read(plain))
}

export function uuidText(digits: string): Uuid {
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20)
  ]
  return `${parts.join('-')}-${digits.slice(20)}`
}

/** Picodollars as 16 bytes, big-endian, never negative. */
export const money: Codec<Picodollars> = {
  write(value) {
    if (value < 0n || value > MONEY_MAX) {
      throw new EncodingError('OUT_OF_RANGE', `${value} picodollars, expected 0 to 2^128 - 1`)
    }
    return fromHex(value.toString(16).padStart(32, '0'))
  },
  read: plain => BigInt(`0x${toHex(readBytes(plain, 16))}`)
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

function readFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new EncodingError('WRONG_SHAPE', 'neither true nor false')
  return value
}

function readBytes(plain: unknown, size: number): Uint8Array {
  if (!(plain instanceof Uint8Array)) throw new EncodingError('WRONG_SHAPE', 'not bytes')
  if (plain.length !== size) {
    throw new EncodingError('OUT_OF_RANGE', `${plain.length} bytes, expected ${size}`)
  }
  return plain
}

function utf8Length(value: string): number {
  let bytes = 0
  for (const character of value) {
    const point = character.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}
