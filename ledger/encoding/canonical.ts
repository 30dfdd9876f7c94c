/** Values without a record's meaning, in the same strict CBOR: what ids are made of. */
import { type Codec, decodeAs, encodeAs } from './codec.ts'
import { EncodingError } from './errors.ts'
import { ARRAY, BYTES, NEGATIVE, TEXT, UNSIGNED } from './major.ts'
import type { Reader } from './reader.ts'
import type { Limits } from './scan.ts'
import type { Writer } from './writer.ts'

/** What a record is made of on the wire. */
export type Plain = null | boolean | number | string | Uint8Array | readonly Plain[]

const plainCodec: Codec<Plain> = { write: writePlain, read: readPlain }

export function encodeCanonical(value: Plain): Uint8Array {
  return encodeAs(plainCodec, value)
}

/** Throws `EncodingError`. */
export function decodeCanonical(bytes: Uint8Array, limits?: Limits): Plain {
  return decodeAs(plainCodec, bytes, limits)
}

function writePlain(value: Plain, to: Writer): void {
  if (value === null) to.null()
  else if (typeof value === 'boolean') to.flag(value)
  else if (typeof value === 'number') to.integer(whole(value))
  else if (typeof value === 'string') to.text(value)
  else if (value instanceof Uint8Array) to.bytes(value)
  else {
    to.array(value.length)
    for (const item of value) writePlain(item, to)
  }
}

function readPlain(from: Reader): Plain {
  switch (from.major()) {
    case UNSIGNED:
    case NEGATIVE:
      return from.integer()
    case BYTES:
      return from.bytes()
    case TEXT:
      return from.text()
    case ARRAY:
      return Array.from({ length: from.array() }, () => readPlain(from))
    default:
      return from.null() ? null : from.flag()
  }
}

function whole(value: number): number {
  if (Number.isSafeInteger(value)) return value
  throw new EncodingError('WRONG_SHAPE', `${value} is not a whole number`)
}
