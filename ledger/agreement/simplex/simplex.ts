/**
 * Agreement of a set of many: Simplex (Chan and Pass, TCC 2023). At most f = floor((n - 1) / 3) of n members may
 * lie; n - f signatures make a certificate.
 *
 *                     PROPOSE by the leader, justified and good: persist, NOTARIZE
 *     ┌────────────────────────┐                          ┌────────────────────────┐
 *     │ view v, nothing signed │ ───────────────────────> │ view v, NOTARIZEd      │
 *     └────────────────────────┘                          └────────────────────────┘
 *         │ time is up, or the proposal is bad                │ time is up
 *         v                                                   v
 *     ┌──────────────────────────────────────────────────────────────────────────────┐
 *     │ view v, NULLIFYed: may still NOTARIZE, never FINALIZEs in v                  │
 *     └──────────────────────────────────────────────────────────────────────────────┘
 *
 *     n - f NOTARIZE:  FINALIZE if not NULLIFYed in v (persist first), enter v + 1
 *     n - f NULLIFY:   enter v + 1
 *     n - f FINALIZE:  the block and all its ancestors are final
 *
 * Every event only adds facts to a view; then the rules below are applied until none has anything more to do. So
 * no rule calls another, and a set of one does not recurse through its own quorum.
 */
import { decodeMessage, EncodingError } from '../../encoding/index.ts'
import type { AgreementMessage, PublicKey } from '../../records/index.ts'
import type { Agreement, AgreementEvent, AgreementStep } from '../agreement.ts'
import {
  fetchMissing,
  resend,
  takeBlock,
  takeFinalBlocks,
  takeGet,
  takeStatus
} from './catch-up.ts'
import { finalize, voteFinalize } from './finalize.ts'
import { BACKOFF_MAX, type SimplexOptions } from './options.ts'
import { judge, nullify, takeProposal } from './proposals.ts'
import { includedAbove, propose } from './propose.ts'
import { freshState, recover } from './recover.ts'
import { leaderOf, type SimplexState } from './state.ts'
import { forwardAgain, submit, takeForwarded } from './submissions.ts'
import { accuseBoth, countVotes, takeCertificate, takeVote } from './votes.ts'
import { isReady, viewMs, watchView } from './wanted.ts'
import { Work } from './work.ts'

export function simplexAgreement(options: SimplexOptions): Agreement<SimplexState> {
  return {
    start(tip, nowMs, log = []) {
      const work = new Work(options, freshState(options, tip, nowMs), nowMs)
      recover(work, log)
      settle(work)
      if (!work.isOver) resend(work)
      return conclude(work)
    },
    step(state, event, nowMs) {
      const work = new Work(options, state, nowMs)
      if (work.isOver) return { state, effects: [] }
      take(work, event)
      settle(work)
      return conclude(work)
    }
  }
}

function take(work: Work, event: AgreementEvent): void {
  switch (event.type) {
    case 'transactions':
      submit(work, event.transactions)
      return
    case 'message':
      takeBytes(work, event.from, event.bytes)
      return
    case 'timer':
      // It has rung and is gone: if it came too early, it has to be set again.
      work.state.timerMs = 0
      if (work.nowMs >= (work.state.deadlineMs ?? Number.POSITIVE_INFINITY)) giveUp(work)
      return
    case 'final-blocks':
      takeFinalBlocks(work, event.from, event.blocks)
      return
    case 'persisted':
      // What follows a write in a step is begun when it is done, so there is nothing to wait for.
      return
  }
}

function takeBytes(work: Work, from: PublicKey, bytes: Uint8Array): void {
  if (!work.seat.members.includes(from)) {
    work.refuse(from, 'STRANGER', `${from} is no coordinator`)
    return
  }
  let message: AgreementMessage
  try {
    message = decodeMessage(bytes)
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error
    work.refuse(from, 'UNREADABLE', error.message)
    return
  }
  takeMessage(work, from, message)
}

function takeMessage(work: Work, from: PublicKey, message: AgreementMessage): void {
  switch (message.type) {
    case 'propose':
      return takeProposal(work, from, message)
    case 'vote':
      return takeVote(work, from, message.vote)
    case 'certificate':
      takeCertificate(work, from, message.certificate)
      return
    case 'get':
      return takeGet(work, from, message.block)
    case 'block':
      return takeBlock(work, from, message.block)
    case 'status':
      return takeStatus(work, from, message)
    case 'get-final':
      if (message.fromHeight > work.final.state.height) return
      work.emit({ type: 'serve-final', to: from, fromHeight: message.fromHeight })
      return
    case 'final-blocks':
      return takeFinalBlocks(work, from, message.blocks)
    case 'transactions':
      return takeForwarded(work, from, message.transactions)
    case 'evidence':
      return accuseBoth(work, from, message.evidence)
  }
}

/** The view's time is up: give it up, and tell the others what they may have missed. */
function giveUp(work: Work): void {
  const { state } = work
  state.timeouts += 1
  nullify(work, state.view)
  resend(work)
  forwardAgain(work)
  state.deadlineMs = work.nowMs + viewMs(work) * 2 ** Math.min(BACKOFF_MAX, state.timeouts)
}

const RULES = [countVotes, finalize, voteFinalize, advance, judge, propose] as const

/** Far more than one event can bring about: a few rounds for each view that is kept. */
const ROUNDS_MAX = 10_000

/** Ends, because each rule only adds: a certificate, a vote, a final block, a later view. */
function settle(work: Work): void {
  let changed = true
  for (let rounds = 0; changed && !work.isOver; rounds++) {
    // A coordinator that goes round in circles would be silent and look alive: it stops, and is started again.
    if (rounds > ROUNDS_MAX) throw new Error(`nothing is settled after ${rounds} rounds`)
    changed = false
    for (const rule of RULES) changed = rule(work) || changed
  }
}

/** Enters the view after the highest one that a certificate has ended. */
function advance(work: Work): boolean {
  const { state } = work
  const ended = [...work.rounds.values()]
    .filter(round => round.notarization ?? round.nullification ?? round.finalization)
    .reduce((view, round) => Math.max(view, round.view), work.finalView)
  if (ended < state.view) return false
  for (let view = state.view; view <= ended; view++) countFailure(work, view)
  state.view = ended + 1
  state.enteredMs = work.nowMs
  state.deadlineMs = null
  state.timeouts = 0
  state.seenArrivals = -1
  return true
}

/** Remembers which views failed, and whose leaders said nothing at all. */
function countFailure(work: Work, view: number): void {
  const { notarization, nullification, proposal } = work.round(view)
  if (notarization !== null || nullification === null) return
  work.state.nullified += 1
  if (proposal !== null) return
  const leader = leaderOf(work.seat, view)
  const silent = work.state.silent.get(leader) ?? 0
  work.state.silent = new Map([...work.state.silent, [leader, silent + 1]])
}

/** Asks for what is missing and sets the timer for whatever comes first. */
function conclude(work: Work): AgreementStep<SimplexState> {
  const { state } = work
  if (work.isOver) {
    const waiting = [...state.pool.waiting.values()].map(({ signed }) => signed)
    work.emit({ type: 'epoch-over', waiting })
    return work.end()
  }
  const hasReady = (tip: SimplexState['final']): boolean =>
    isReady(work, tip, includedAbove(work, tip.block))
  const viewEndMs = watchView(work, hasReady)
  fetchMissing(work)
  const again = [...state.fetches.values()].map(fetch => fetch.againMs)
  // A block of ours that was held back to end this step is begun in the next one.
  const leads = leaderOf(work.seat, state.view) === work.seat.key
  const heldBack = work.proposed && leads && work.own(state.view, 'notarize') === undefined
  const atMs = heldBack ? work.nowMs : Math.min(viewEndMs, ...again)
  if (atMs !== state.timerMs) {
    state.timerMs = atMs
    work.emit({ type: 'set-timer', atMs })
  }
  return work.end()
}
