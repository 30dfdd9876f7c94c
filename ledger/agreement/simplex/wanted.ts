/** Whether anybody wants a block now: an idle ledger makes none at the speed of its network. */
import { nextDueAtMs } from '../../billing/index.ts'
import { hasEnded, type Tip } from '../../chain/index.ts'
import { isAnyReady } from '../mempool.ts'
import { BACKOFF_MAX, SILENT_VIEWS } from './options.ts'
import { baseFor, baseTip } from './proposals.ts'
import { leaderOf } from './state.ts'
import type { Work } from './work.ts'

/** A sealing block is proposed in this part of the time that a view may take. */
const SEALING_SOONER = 4

/** How long the current view may take: longer after many that failed, short if its leader is known to be silent. */
export function viewMs(work: Work): number {
  const { nullified, silent, view } = work.state
  const { viewMs: first, silentViewMs } = work.settings
  if ((silent.get(leaderOf(work.seat, view)) ?? 0) >= SILENT_VIEWS) return silentViewMs
  const failures = Math.max(0, nullified - work.seat.members.length)
  return first * 2 ** Math.min(BACKOFF_MAX, failures)
}

/**
 * When a block is wanted although nobody sends a transaction: at the idle tick or the next due; where blocks wait
 * for finality, as soon as a view's time has passed, because the next block carries them along.
 */
export function tickMs(work: Work, tip: Tip): number {
  const { block, state } = tip
  if (block !== work.final.block) {
    const { viewMs: patienceMs } = work.settings
    // Nothing else is done until the last block of an epoch is final: a sealing block comes sooner.
    return work.state.enteredMs + (hasEnded(tip) ? patienceMs / SEALING_SOONER : patienceMs)
  }
  const idleMs = state.timeMs + work.settings.idleTickMs
  return Math.min(idleMs, nextDueAtMs(state) ?? idleMs)
}

export function isForced(work: Work, tip: Tip): boolean {
  return work.nowMs >= tickMs(work, tip)
}

/** Starts the clock of the view at the first reason for a block. Returns when the timer has to ring at the latest. */
export function watchView(work: Work, hasReady: (tip: Tip) => boolean): number {
  const { state } = work
  if (state.deadlineMs !== null) return state.deadlineMs
  const at = baseTip(work, baseFor(work, state.view))
  const forcedMs = at === null ? work.nowMs : tickMs(work, at.tip)
  const grown = state.pool.arrivals !== state.seenArrivals
  state.seenArrivals = state.pool.arrivals
  if (at !== null && grown && hasReady(at.tip)) state.deadlineMs = work.nowMs + viewMs(work)
  else if (work.nowMs >= forcedMs) {
    // Our clock may be ahead of the leader's by as much as a block's time may be ahead of ours.
    state.deadlineMs = work.nowMs + viewMs(work) + work.settings.aheadMs
  }
  return state.deadlineMs ?? forcedMs
}

export function isReady(work: Work, tip: Tip, above: ReadonlySet<string>): boolean {
  return isAnyReady(work.state.pool, tip.state, above)
}
