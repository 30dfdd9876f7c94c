/** Numbers that look random and are the same for the same seed (mulberry32). */
export interface SeededRandom {
  /** 0 up to, not including, `below`. */
  integer(below: number): number
  shuffled<T>(items: readonly T[]): T[]
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const integer = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
  return {
    integer,
    shuffled(items) {
      const rest = [...items]
      const result: typeof rest = []
      while (rest.length > 0) result.push(...rest.splice(integer(rest.length), 1))
      return result
    }
  }
}
