/**
 * What was worked out about a value that never changes, kept on the value itself where nobody meets it: it is neither
 * listed, compared nor copied with the value. A WeakMap would do the same, and the collector walks through such a table
 * as a whole, again and again; here it forgets the one with the other.
 */
export interface Beside<T> {
  of(value: object): T | undefined
  put(value: object, fact: T): void
}

export function beside<T>(description: string): Beside<T> {
  const place = Symbol(description)
  return {
    of: value => (value as { readonly [place]?: T })[place],
    put(value, fact) {
      Object.defineProperty(value, place, { value: fact, configurable: true })
    }
  }
}
