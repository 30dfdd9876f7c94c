/**
 * Strict dag-cbor, arrays only: one value has exactly one form in bytes. The library's decoder accepts some
 * bytes that it would not write itself, which would give one record two hashes, so what was read is written
 * again and compared.
 */
import { decode, encode } from '@ipld/dag-cbor'
import { equals } from 'uint8arrays/equals'
import { EncodingError } from './errors.ts'
import { type Limits, scan } from './scan.ts'

/** What a record is made of on the wire. */
export type Plain = null | boolean | number | string | Uint8Array | readonly Plain[]

/** A record, statement or transaction. Depth: a block holds 5; the rest is room for later bodies. */
export const RECORD_LIMITS: Limits = { bytesMax: 16_384, depthMax: 12, valuesMax: 2_048 }

export function encodeCanonical(value: Plain): Uint8Array {
  return encode(value)
}

/** Throws `EncodingError`. */
export function decodeCanonical(bytes: Uint8Array, limits: Limits = RECORD_LIMITS): Plain {
  scan(bytes, limits)
  const value = decodeScanned(bytes)
  if (!equals(encode(value), bytes)) {
    throw new EncodingError('NOT_CANONICAL', 'written again, the value gives other bytes')
  }
  return value
}

function decodeScanned(bytes: Uint8Array): Plain {
  try {
    return decode<Plain>(bytes)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable'
    throw new EncodingError('NOT_CANONICAL', `the decoder refuses it: ${reason}`)
  }
}
