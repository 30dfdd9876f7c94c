import type { ApiErrorBody, OperationView } from '../api/index.ts'
import { addSample, etaMsOf, rateOf, type Sample } from './rate.ts'

/** An operation under way, beside what is stored of it. Immutable; the registry replaces it. */
export interface Live {
  readonly view: OperationView
  readonly samples: readonly Sample[]
  readonly bytesTotal: number
}

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
  return { view, samples: [], bytesTotal: 0 }
}

export function enterStep(live: Live, step: string, nowMs: number): Live {
  if (step === live.view.step) return live
  const trail = [...live.view.trail, { step, atMs: nowMs }].slice(-TRAIL_MAX)
  return { ...live, view: { ...live.view, step, trail } }
}

export function advance(live: Live, bytesDone: number, bytesTotal: number, nowMs: number): Live {
  return {
    ...live,
    samples: addSample(live.samples, { atMs: nowMs, bytes: bytesDone }),
    bytesTotal
  }
}

/** As people see it now: rate and time left change by themselves while nothing comes. */
export function viewAt(live: Live, nowMs: number): OperationView {
  const bytesDone = live.samples.at(-1)?.bytes
  if (bytesDone === undefined) return live.view
  const rate = rateOf(live.samples, nowMs)
  const etaMs = etaMsOf(live.bytesTotal - bytesDone, rate)
  return { ...live.view, progress: { bytesDone, bytesTotal: live.bytesTotal, rate, etaMs } }
}

export function end(live: Live, outcome: Outcome, nowMs: number): OperationView {
  const error = outcome.state === 'succeeded' ? null : outcome.error
  return { ...viewAt(live, nowMs), state: outcome.state, endedAtMs: nowMs, error }
}
