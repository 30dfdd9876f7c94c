import type { ApiErrorBody, OperationView } from '../api/index.ts'
import { addSample, etaMsOf, rateOf, type Sample } from './rate.ts'

/** An operation under way, beside what is stored of it. Immutable; the registry replaces it. */
export interface Live {
  readonly view: OperationView
  readonly samples: readonly Sample[]
  readonly bytes: ByteCounts | null
}

/** How far the bytes of an operation are. */
export type ByteCounts = Omit<NonNullable<OperationView['progress']>, 'rate' | 'etaMs'>

export type Outcome =
  | { readonly state: 'succeeded' }
  | { readonly state: 'failed' | 'cancelled'; readonly error: ApiErrorBody }

/** A runaway loop of steps must not grow the record without end; the newest steps tell the most. */
export const TRAIL_MAX = 100

export function begin(
  wanted: Pick<OperationView, 'id' | 'kind' | 'machine' | 'owner' | 'deadlineMs'>,
  nowMs: number
): Live {
  const step = 'starting'
  const view: OperationView = {
    ...wanted,
    state: 'running',
    startedAtMs: nowMs,
    endedAtMs: null,
    step,
    progress: null,
    error: null,
    trail: [{ step, atMs: nowMs }]
  }
  return { view, samples: [], bytes: null }
}

export function enterStep(live: Live, step: string, nowMs: number): Live {
  if (step === live.view.step) return live
  const trail = [...live.view.trail, { step, atMs: nowMs }].slice(-TRAIL_MAX)
  return { ...live, view: { ...live.view, step, trail } }
}

/** The rate is that of bytes that came: what was there already is done at once, and says nothing of the link. */
export function advance(live: Live, bytes: ByteCounts, nowMs: number): Live {
  const came = bytes.bytesDone - bytes.bytesReused
  return { ...live, samples: addSample(live.samples, { atMs: nowMs, bytes: came }), bytes }
}

/** As people see it now: rate and time left change by themselves while nothing comes. */
export function viewAt(live: Live, nowMs: number): OperationView {
  const { bytes } = live
  if (bytes === null) return live.view
  const rate = rateOf(live.samples, nowMs)
  const etaMs = etaMsOf(bytes.bytesTotal - bytes.bytesDone, rate)
  return { ...live.view, progress: { ...bytes, rate, etaMs } }
}

export function end(live: Live, outcome: Outcome, nowMs: number): OperationView {
  const error = outcome.state === 'succeeded' ? null : outcome.error
  return { ...viewAt(live, nowMs), state: outcome.state, endedAtMs: nowMs, error }
}
