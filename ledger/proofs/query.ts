/**
 * What one may ask of a state, and which part of the tree can hold an answer. Prover and verifier share this
 * file: what the one may hide is exactly what the other knows to be of no concern.
 *
 * The order of keys is that of their bits, a key being followed by zeros without end (`ledger/tree`).
 */
import { bitOf, firstDifference } from '../tree/index.ts'
import { KEY_BYTES_MAX } from './tokens.ts'

export type StateQuery =
  | { readonly kind: 'key'; readonly key: string }
  /** All keys from `from` on and before `to`; to the end where `to` is null. */
  | { readonly kind: 'range'; readonly from: string; readonly to: string | null }

/** Queries for all keys that begin with `prefix`, which is not empty and does not end with U+007F. */
export function prefixQuery(prefix: string): StateQuery {
  const last = prefix.length - 1
  const after = String.fromCharCode(prefix.charCodeAt(last) + 1)
  return { kind: 'range', from: prefix, to: prefix.slice(0, last) + after }
}

/** Whether `key` itself is an answer. */
export function asksFor(query: StateQuery, key: string): boolean {
  if (query.kind === 'key') return query.key === key
  return !isBefore(key, query.from) && (query.to === null || isBefore(key, query.to))
}

/** Whether whoever knows all answers to `range` knows those to `query`. */
export function covers(range: StateQuery, query: StateQuery): boolean {
  if (range.kind === 'key') return query.kind === 'key' && query.key === range.key
  if (query.kind === 'key') return asksFor(range, query.key)
  if (isBefore(query.from, range.from)) return false
  return range.to === null || (query.to !== null && !isBefore(range.to, query.to))
}

/** Whether a state can have such a key: ASCII, not empty, not longer than a proof can say. */
export function isKey(key: string): boolean {
  if (key.length === 0 || key.length > KEY_BYTES_MAX) return false
  for (let at = 0; at < key.length; at++) if (key.charCodeAt(at) > 0x7f) return false
  return true
}

/** Whether an answer can be among the keys that share their first `length` bits with `like`. */
export function reaches(query: StateQuery, like: string, length: number): boolean {
  if (query.kind === 'key') return parting(like, query.key, length) === undefined
  const low = parting(like, query.from, length)
  if (low !== undefined && bitOf(query.from, low)) return false
  if (query.to === null) return true
  const high = parting(like, query.to, length)
  return high === undefined ? hasOneFrom(query.to, length) : bitOf(query.to, high)
}

/** The order of keys. */
export function isBefore(a: string, b: string): boolean {
  const bit = firstDifference(a, b)
  return bit !== undefined && bitOf(b, bit)
}

/** The first bit of the first `length` in which two keys differ. */
function parting(a: string, b: string, length: number): number | undefined {
  const bit = firstDifference(a, b)
  return bit === undefined || bit >= length ? undefined : bit
}

/** Without a 1 there, the least key of the subtree is already `to`. */
function hasOneFrom(key: string, length: number): boolean {
  for (let bit = length; bit < 8 * key.length; bit++) if (bitOf(key, bit)) return true
  return false
}
