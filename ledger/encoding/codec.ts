/**
 * A codec says once how one type looks in bytes; reading and writing use the same description, so that they
 * cannot drift apart, and both hold the same bounds, so that we never send what we would refuse.
 */
import { EncodingError, outward } from './errors.ts'
import { Reader } from './reader.ts'
import { type Limits, scan } from './scan.ts'
import { Writer } from './writer.ts'

export interface Codec<T> {
  /** Throws `EncodingError` when the value is outside its bounds. */
  write(value: T, to: Writer): void
  /** Throws `EncodingError` when the next value is no such `T`. */
  read(from: Reader): T
}

/** A record, statement or transaction. Depth: a block holds 5; the rest is room for later bodies. */
export const RECORD_LIMITS: Limits = { bytesMax: 16_384, depthMax: 12, valuesMax: 2_048 }

/** Most records are small and made one after the other: they are put together in the same memory. */
const shared = new Writer()
let isSharedTaken = false

/** The canonical bytes of a value. Throws `EncodingError`. */
export function encodeAs<T>(codec: Codec<T>, value: T): Uint8Array {
  // A codec may make the bytes of something else while it writes.
  if (isSharedTaken) return encodeWith(new Writer(), codec, value)
  isSharedTaken = true
  try {
    return encodeWith(shared, codec, value)
  } finally {
    isSharedTaken = false
  }
}

function encodeWith<T>(to: Writer, codec: Codec<T>, value: T): Uint8Array {
  to.clear()
  codec.write(value, to)
  return to.since(0)
}

/** The value of canonical bytes. Throws `EncodingError`. */
export function decodeAs<T>(codec: Codec<T>, bytes: Uint8Array, limits: Limits = RECORD_LIMITS): T {
  scan(bytes, limits)
  return codec.read(new Reader(bytes))
}

/** The same bytes, with a rule for the value that is held both ways; `check` throws `EncodingError`. */
export function checked<T, U extends T>(inner: Codec<T>, check: (value: T) => U): Codec<U> {
  return {
    write: (value, to) => inner.write(check(value), to),
    read: from => check(inner.read(from))
  }
}

/** An object as an array of its fields, in the order in which they are listed here. */
export function record<T>(fields: { readonly [K in keyof Required<T>]: Codec<T[K]> }): Codec<T> {
  const names = Object.keys(fields) as (keyof T & string)[]
  const codecs = Object.values(fields) as Codec<unknown>[]
  const fieldCount = names.length
  return {
    write(value, to) {
      to.array(fieldCount)
      let at = 0
      try {
        for (; at < fieldCount; at++) codecs[at]?.write(value[names[at] as keyof T], to)
      } catch (error) {
        throw outward(error, names[at] ?? '')
      }
    },
    read(from) {
      readCount(from, fieldCount, fieldCount)
      const value: Record<string, unknown> = {}
      let at = 0
      try {
        for (; at < fieldCount; at++) value[names[at] ?? ''] = codecs[at]?.read(from)
      } catch (error) {
        throw outward(error, names[at] ?? '')
      }
      return value as T
    }
  }
}

/** At most `max` values of one kind. */
export function list<T>(item: Codec<T>, max: number, min = 0): Codec<readonly T[]> {
  return {
    write(values, to) {
      to.array(counted(values.length, min, max))
      for (const [at, value] of values.entries()) {
        try {
          item.write(value, to)
        } catch (error) {
          throw outward(error, `[${at}]`)
        }
      }
    },
    read(from) {
      const values: T[] = []
      const length = readCount(from, min, max)
      for (let at = 0; at < length; at++) {
        try {
          values.push(item.read(from))
        } catch (error) {
          throw outward(error, `[${at}]`)
        }
      }
      return values
    }
  }
}

export function nullable<T>(inner: Codec<T>): Codec<T | null> {
  return {
    write(value, to) {
      if (value === null) to.null()
      else inner.write(value, to)
    },
    read: from => (from.null() ? null : inner.read(from))
  }
}

/** One of a closed list of words. */
export function choice<const T extends string>(words: readonly T[]): Codec<T> {
  const all: ReadonlySet<string> = new Set(words)
  const known = (word: string): T => {
    if (!all.has(word)) throw unknownKind(word, words)
    return word as T
  }
  return {
    write: (value, to) => to.text(known(value)),
    read: from => known(readWord(from))
  }
}

type Variants<U, D extends keyof U> = {
  readonly [K in U[D] & string]: Codec<Omit<Extract<U, Readonly<Record<D, K>>>, D>>
}

/** A union told apart by the field `discriminant`: [word, [the other fields]]. */
export function tagged<U, D extends keyof U & string>(
  discriminant: D,
  variants: Variants<U, D>
): Codec<U> {
  const table = new Map(Object.entries(variants)) as Map<string, Codec<unknown>>
  const variant = (word: string): Codec<unknown> => {
    const found = table.get(word)
    if (found === undefined) throw unknownKind(word, [...table.keys()])
    return found
  }
  return {
    write(value, to) {
      const word = String(value[discriminant])
      try {
        const codec = variant(word)
        to.array(2)
        to.text(word)
        codec.write(value, to)
      } catch (error) {
        throw outward(error, word)
      }
    },
    read(from) {
      readCount(from, 2, 2)
      const word = readWord(from)
      try {
        return { [discriminant]: word, ...(variant(word).read(from) as object) } as U
      } catch (error) {
        throw outward(error, word)
      }
    }
  }
}

function readCount(from: Reader, min: number, max: number): number {
  return counted(from.array(), min, max)
}

function counted(length: number, min: number, max: number): number {
  if (length >= min && length <= max) return length
  const wanted = min === max ? `${min}` : `${min} to ${max}`
  throw new EncodingError('OUT_OF_RANGE', `${length} items, expected ${wanted}`)
}

/** Whatever is no text at all is no word of any list either. */
function readWord(from: Reader): string {
  if (from.isText()) return from.text()
  throw new EncodingError('UNKNOWN_KIND', 'a word is expected here')
}

/** Longer lists would make the sentence unreadable, and answers to strangers long. */
const LISTED_MAX = 32

function unknownKind(word: string, known: readonly string[]): EncodingError {
  const words = known.length > LISTED_MAX ? `the ${known.length} known words` : known.join(', ')
  return new EncodingError('UNKNOWN_KIND', `'${word.slice(0, 40)}' is none of ${words}`)
}
