/**
 * Some values are read from bytes once and written many times: to the pool's peers, into blocks, into logs. Their
 * bytes are kept beside them and go as they are; forgotten with the value. Values are never changed, so neither
 * are their bytes.
 */
import type { Codec } from './codec.ts'
import { encodeAs } from './codec.ts'

export interface Remembered<T extends object> extends Codec<T> {
  /** The canonical bytes; not to be written to. Throws `EncodingError`. */
  bytesOf(value: T): Uint8Array
}

export function remembered<T extends object>(inner: Codec<T>): Remembered<T> {
  const known = new WeakMap<T, Uint8Array>()
  return {
    write(value, to) {
      const bytes = known.get(value)
      if (bytes !== undefined) {
        to.raw(bytes)
        return
      }
      const start = to.length
      inner.write(value, to)
      known.set(value, to.since(start))
    },
    read(from) {
      const start = from.at
      const value = inner.read(from)
      // A copy: a view would keep the whole message of which this was a part.
      known.set(value, from.since(start))
      return value
    },
    bytesOf(value) {
      const before = known.get(value)
      if (before !== undefined) return before
      const bytes = encodeAs(inner, value)
      known.set(value, bytes)
      return bytes
    }
  }
}
