/**
 * Some values come several times, and are written many times: a transaction is submitted, forwarded and proposed, and
 * goes to the pool's peers, into blocks and into logs. Their bytes are kept beside them and go as they are, forgotten
 * with the value; and bytes that were read a short while ago give the same value again. Values are never changed, so
 * nobody can tell.
 */
import { equals } from 'uint8arrays/equals'
import { beside } from './beside.ts'
import { type Codec, encodeAs } from './codec.ts'
import { toHex } from './hex.ts'

export interface Remembered<T extends object> extends Codec<T> {
  /** The canonical bytes; not to be written to. Throws `EncodingError`. */
  bytesOf(value: T): Uint8Array
}

interface Read<T> {
  readonly bytes: Uint8Array
  readonly value: T
}

/** The end of a signed value is part of its signature: two values hardly ever have the same. */
const MARK_BYTES = 8

export interface RecentLimits {
  /** So many of the values that were read last are found again, at most twice as many are held. */
  readonly values: number
  /** Longer ones are not kept: with `values` this bounds what others can make us hold. */
  readonly bytes: number
}

export function remembered<T extends object>(inner: Codec<T>, limits: RecentLimits): Remembered<T> {
  const known = beside<Uint8Array>('canonical bytes')
  // Two halves by age, because taking the oldest one out of a map walks past all that were taken out before it.
  let newer = new Map<string, Read<T>>()
  let older: typeof newer = new Map()
  const keep = (mark: string, read: Read<T>): void => {
    if (read.bytes.length > limits.bytes) return
    newer.set(mark, read)
    if (newer.size < limits.values) return
    older = newer
    newer = new Map()
  }
  return {
    write(value, to) {
      const bytes = known.of(value)
      if (bytes !== undefined) {
        to.raw(bytes)
        return
      }
      const start = to.length
      inner.write(value, to)
      known.put(value, to.since(start))
    },
    read(from) {
      const start = from.at
      from.skip()
      const mark = toHex(from.viewSince(Math.max(start, from.at - MARK_BYTES)))
      const before = newer.get(mark) ?? older.get(mark)
      if (before !== undefined && equals(before.bytes, from.viewSince(start))) return before.value
      from.rewind(start)
      const value = inner.read(from)
      // A copy: a view would keep the whole message of which this was a part.
      const bytes = from.since(start)
      known.put(value, bytes)
      keep(mark, { bytes, value })
      return value
    },
    bytesOf(value) {
      const before = known.of(value)
      if (before !== undefined) return before
      const bytes = encodeAs(inner, value)
      known.put(value, bytes)
      return bytes
    }
  }
}
