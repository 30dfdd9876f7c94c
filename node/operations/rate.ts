/** How far a copy is, at one moment. */
export interface Sample {
  readonly atMs: number
  readonly bytes: number
}

/** The rate people see is that of these last seconds: shorter jumps about, longer hides a stall. */
export const RATE_WINDOW_MS = 5_000
/** Samples closer together add nothing to a rate over five seconds. */
const SAMPLE_SPACING_MS = 250

/** The samples with a new one at the end and what is older than the window forgotten, but for one. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1)
  const beforeLast = samples.at(-2)
  const crowded =
    last !== undefined &&
    beforeLast !== undefined &&
    last.atMs - beforeLast.atMs < SAMPLE_SPACING_MS
  const kept = crowded ? samples.slice(0, -1) : samples
  const fresh = kept.findIndex(({ atMs }) => atMs > sample.atMs - RATE_WINDOW_MS)
  // One older sample stays: the rate is taken from the far side of the window.
  const start = fresh < 0 ? kept.length - 1 : fresh - 1
  return [...kept.slice(Math.max(0, start)), sample]
}

/** Bytes per second over the last seconds. Falls while nothing comes, 0 before there is anything to compare. */
export function rateOf(samples: readonly Sample[], nowMs: number): number {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || nowMs <= first.atMs) return 0
  return Math.round(((last.bytes - first.bytes) * 1000) / (nowMs - first.atMs))
}

/** Time left at this rate; null while nothing moves. */
export function etaMsOf(bytesLeft: number, rate: number): number | null {
  if (bytesLeft <= 0) return 0
  return rate <= 0 ? null : Math.round((bytesLeft * 1000) / rate)
}
