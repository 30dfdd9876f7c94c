/**
 * Whether this host may let guests run. The ledger takes it that a host which has seen no final header newer
 * than a lease has paused its machines: it charges nothing beyond, and lets owners start them elsewhere.
 *
 *   held --now is a lease after the newest header--> lapsed
 *   held <--a header that is younger than a lease--- lapsed
 *
 * Ages are by this host's own clock. A clock that is behind would make headers look younger than they are, so
 * none counts as newer than the moment it came in.
 */
export type Lease =
  | { readonly phase: 'held'; readonly untilMs: number }
  | { readonly phase: 'lapsed'; readonly untilMs: number }

export type LeaseEvent =
  /** A final header, which says `timeMs`. */
  | { readonly type: 'header'; readonly timeMs: number; readonly nowMs: number }
  | { readonly type: 'alarm'; readonly nowMs: number }

export type LeaseEffect =
  /** Every guest that runs is to be paused. */
  | { readonly type: 'pause' }
  | { readonly type: 'tell'; readonly message: string }
  /** The next alarm; it replaces the one before. */
  | { readonly type: 'wake'; readonly afterMs: number }

export interface LeaseStep {
  readonly state: Lease
  readonly effects: readonly LeaseEffect[]
}

/** A guest that could not be paused, or was started meanwhile, is met again after so long. */
export const PAUSE_AGAIN_MS = 2_000

/** Before a header is seen nothing may run. */
export const NO_LEASE: Lease = { phase: 'lapsed', untilMs: 0 }

export function stepLease(state: Lease, event: LeaseEvent, leaseMs: number): LeaseStep {
  return event.type === 'header' ? renew(state, event, leaseMs) : expire(state, event.nowMs)
}

function renew(
  state: Lease,
  { timeMs, nowMs }: LeaseEvent & { type: 'header' },
  leaseMs: number
): LeaseStep {
  const untilMs = Math.max(state.untilMs, Math.min(timeMs, nowMs) + leaseMs)
  if (untilMs <= nowMs) return { state: { ...state, untilMs }, effects: [] }
  const wake: LeaseEffect = { type: 'wake', afterMs: untilMs - nowMs }
  const held: Lease = { phase: 'held', untilMs }
  if (state.phase === 'held') return { state: held, effects: [wake] }
  const message = 'the ledger is heard: this host has its lease and its guests may run'
  return { state: held, effects: [{ type: 'tell', message }, wake] }
}

function expire(state: Lease, nowMs: number): LeaseStep {
  if (nowMs < state.untilMs) {
    return { state, effects: [{ type: 'wake', afterMs: state.untilMs - nowMs }] }
  }
  const lapsed: Lease = { phase: 'lapsed', untilMs: state.untilMs }
  const again: readonly LeaseEffect[] = [
    { type: 'pause' },
    { type: 'wake', afterMs: PAUSE_AGAIN_MS }
  ]
  if (state.phase === 'lapsed') return { state: lapsed, effects: again }
  const message =
    'the lease has run out without a newer block: the guests are paused until the ledger is heard again'
  return { state: lapsed, effects: [{ type: 'tell', message }, ...again] }
}
