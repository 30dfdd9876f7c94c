/** One figure. `npm run bench -- NAME --json` prints each as a line of JSON. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The goal it is held against, in the same unit: at most this, of a rate at least this; null where none is set. */
  readonly anchor: number | null
  /** value / anchor: at most 1 when the goal is met, of a rate at least 1. */
  readonly ratio: number | null
}

export function row(name: string, value: number, unit: string, anchor: number | null = null): Row {
  return {
    name,
    value: round(value),
    unit,
    anchor,
    ratio: anchor === null ? null : round(value / anchor)
  }
}

/** Four significant digits: more would be noise on a machine that is shared. */
function round(value: number): number {
  return Number(value.toPrecision(4))
}

/** The middle one; of an even number the upper of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('the median of nothing was asked for')
  return middle
}

/** What comes of it, and the shortest of three times: waiting for a core that others have is not of the work. */
export function timed<T>(work: () => T): { readonly made: T; readonly ms: number } {
  const tries = [1, 2, 3].map(() => {
    const begunMs = performance.now()
    const made = work()
    return { made, ms: performance.now() - begunMs }
  })
  return tries.reduce((best, each) => (each.ms < best.ms ? each : best))
}
