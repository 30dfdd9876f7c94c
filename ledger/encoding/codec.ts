/**
 * A codec says once how one type looks in bytes; reading and writing use the same description, so that they
 * cannot drift apart, and both hold the same bounds, so that we never send what we would refuse.
 */
import { decodeCanonical, encodeCanonical, type Plain, RECORD_LIMITS } from './canonical.ts'
import { EncodingError, outward } from './errors.ts'
import type { Limits } from './scan.ts'

export interface Codec<T> {
  /** Throws `EncodingError` when the value is outside its bounds. */
  write(value: T): Plain
  /** Throws `EncodingError` when the plain value is no such `T`. */
  read(plain: Plain | undefined): T
}

/** The canonical bytes of a value. Throws `EncodingError`. */
export function encodeAs<T>(codec: Codec<T>, value: T): Uint8Array {
  return encodeCanonical(codec.write(value))
}

/** The value of canonical bytes. Throws `EncodingError`. */
export function decodeAs<T>(codec: Codec<T>, bytes: Uint8Array, limits: Limits = RECORD_LIMITS): T {
  return codec.read(decodeCanonical(bytes, limits))
}

/** An object as an array of its fields, in the order in which they are listed here. */
export function record<T>(fields: { readonly [K in keyof Required<T>]: Codec<T[K]> }): Codec<T> {
  const names = Object.keys(fields) as (keyof T & string)[]
  return {
    write(value) {
      const plain: Plain[] = []
      for (const name of names) {
        try {
          plain.push(fields[name].write(value[name]))
        } catch (error) {
          throw outward(error, name)
        }
      }
      return plain
    },
    read(plain) {
      const items = readArray(plain, names.length, names.length)
      const value: Partial<T> = {}
      for (const [at, name] of names.entries()) {
        try {
          value[name] = fields[name].read(items[at])
        } catch (error) {
          throw outward(error, name)
        }
      }
      return value as T
    }
  }
}

/** At most `max` values of one kind. */
export function list<T>(item: Codec<T>, max: number, min = 0): Codec<readonly T[]> {
  return {
    write: values => counted(values, min, max).map(inPlace(value => item.write(value))),
    read: plain => readArray(plain, min, max).map(inPlace(one => item.read(one)))
  }
}

export function nullable<T>(inner: Codec<T>): Codec<T | null> {
  return {
    write: value => (value === null ? null : inner.write(value)),
    read: plain => (plain === null ? null : inner.read(plain))
  }
}

/** One of a closed list of words. */
export function choice<const T extends string>(words: readonly T[]): Codec<T> {
  const known = (plain: Plain | undefined): T => {
    const word = words.find(one => one === plain)
    if (word === undefined) throw unknownKind(plain, words)
    return word
  }
  return { write: known, read: known }
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
  const variant = (word: unknown): Codec<unknown> => {
    const found = typeof word === 'string' ? table.get(word) : undefined
    if (found === undefined) throw unknownKind(word, [...table.keys()])
    return found
  }
  return {
    write(value) {
      const word = String(value[discriminant])
      try {
        return [word, variant(word).write(value)]
      } catch (error) {
        throw outward(error, word)
      }
    },
    read(plain) {
      const [word, rest] = readArray(plain, 2, 2)
      try {
        return { [discriminant]: word, ...(variant(word).read(rest) as object) } as U
      } catch (error) {
        throw outward(error, typeof word === 'string' ? word : 'kind')
      }
    }
  }
}

function readArray(plain: Plain | undefined, min: number, max: number): readonly Plain[] {
  if (!Array.isArray(plain)) throw new EncodingError('WRONG_SHAPE', 'not an array')
  return counted(plain as readonly Plain[], min, max)
}

function counted<T>(items: readonly T[], min: number, max: number): readonly T[] {
  if (items.length >= min && items.length <= max) return items
  const wanted = min === max ? `${min}` : `${min} to ${max}`
  throw new EncodingError('OUT_OF_RANGE', `${items.length} items, expected ${wanted}`)
}

function inPlace<A, B>(change: (item: A) => B): (item: A, at: number) => B {
  return (item, at) => {
    try {
      return change(item)
    } catch (error) {
      throw outward(error, `[${at}]`)
    }
  }
}

/** Longer lists would make the sentence unreadable, and answers to strangers long. */
const LISTED_MAX = 24

function unknownKind(word: unknown, known: readonly string[]): EncodingError {
  const said = typeof word === 'string' ? `'${word.slice(0, 40)}'` : `a ${typeof word}`
  const words = known.length > LISTED_MAX ? `the ${known.length} known words` : known.join(', ')
  return new EncodingError('UNKNOWN_KIND', `${said} is none of ${words}`)
}
