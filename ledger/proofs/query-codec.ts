import {
  type Codec,
  EncodingError,
  list,
  nullable,
  type Reader,
  record,
  tagged,
  type Writer
} from '../encoding/index.ts'
import type { StateQuery } from './query.ts'
import { KEY_BYTES_MAX } from './tokens.ts'

/** Queries answered by one proof: an owner with a thousand machines asks one for each, besides a few. */
export const QUERIES_MAX = 1_024

/** ASCII as bytes: an account's name ends with a NUL, and the beginning of a key may be as long as a key. */
export const stateKeyCodec: Codec<string> = {
  write: (value: string, to: Writer) => to.bytes(Uint8Array.from(bounded(value), codeOf)),
  read: (from: Reader) => bounded(String.fromCharCode(...short(from.bytes())))
}

const queryCodec: Codec<StateQuery> = tagged<StateQuery, 'kind'>('kind', {
  key: record({ key: stateKeyCodec }),
  range: record({ from: stateKeyCodec, to: nullable(stateKeyCodec) })
})

/** 1 to 1,024 queries. */
export const queriesCodec: Codec<readonly StateQuery[]> = list(queryCodec, QUERIES_MAX, 1)

function bounded(value: string): string {
  if (value.length > KEY_BYTES_MAX) throw outOfRange(value.length)
  for (let at = 0; at < value.length; at++) {
    if (value.charCodeAt(at) > 0x7f)
      throw new EncodingError('OUT_OF_RANGE', 'a key that is not ASCII')
  }
  return value
}

function short(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= KEY_BYTES_MAX) return bytes
  throw outOfRange(bytes.length)
}

function outOfRange(length: number): EncodingError {
  return new EncodingError('OUT_OF_RANGE', `a key of ${length} bytes, ${KEY_BYTES_MAX} at most`)
}

function codeOf(character: string): number {
  return character.charCodeAt(0)
}
