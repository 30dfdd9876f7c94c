/** The values of `ledger/SPEC.md`: one form in bytes for each, and nothing is taken for what it is not. */
import { decode, encode } from '@ipld/dag-cbor'

export type Value = null | boolean | number | string | Uint8Array | readonly Value[]

/** Throws what is wrong; whoever catches it knows where. */
export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise)
}

/** So many fields, from bytes that have to be their one form. */
export function read(from: Uint8Array, fields: number): Value[] {
  const value: unknown = decode(from)
  check(isPlain(value) && Buffer.compare(encode(value), from) === 0, 'bytes of another form')
  return list(value, fields)
}

function isPlain(value: unknown): value is Value {
  if (Array.isArray(value)) return value.every(isPlain)
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0
  return value === null || /boolean|string/.test(typeof value) || value instanceof Uint8Array
}

export function list(value: Value | undefined, least: number, most: number = least): Value[] {
  check(Array.isArray(value) && value.length >= least && value.length <= most, 'no such list')
  return value
}

export function whole(value: Value | undefined): number {
  check(typeof value === 'number', 'no number')
  return value
}

export function bytes(value: Value | undefined, length: number): Buffer {
  check(value instanceof Uint8Array && value.length === length, `not ${length} bytes`)
  return Buffer.from(value)
}

export function hex(value: Value | undefined, length: number): string {
  return bytes(value, length).toString('hex')
}
