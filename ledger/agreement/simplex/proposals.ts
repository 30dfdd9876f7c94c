/** Proposals as they come in, and the judgement over that of the current view. */
import type { Tip } from '../../chain/index.ts'
import { DESCENT_MAX } from '../../encoding/index.ts'
import type { Header, ProposeMessage, PublicKey, SignedVote } from '../../records/index.ts'
import { hashHeader } from '../../statements/index.ts'
import { addBody, groundAt } from './branches.ts'
import { VIEWS_AHEAD_MAX } from './options.ts'
import { leaderOf, type Round } from './state.ts'
import { accuse, cast, isOfEpoch, takeCertificate } from './votes.ts'
import type { Work } from './work.ts'

export function takeProposal(work: Work, from: PublicKey, message: ProposeMessage): void {
  const { header } = message.block
  const { view } = header
  const hash = hashHeader(header, work.options.context.crypto)
  if (view <= work.finalView || work.round(view).proposal?.hash === hash) return
  if (!isLeaders(work, from, message, hash)) return
  work.state.silent = new Map([...work.state.silent].filter(([key]) => key !== message.vote.signer))
  if (!takeProofs(work, from, message)) return
  if (view > work.state.view + VIEWS_AHEAD_MAX) return
  keepProposal(work, message, hash)
}

function isLeaders(work: Work, from: PublicKey, message: ProposeMessage, hash: string): boolean {
  const { epoch, view } = message.block.header
  const { signer } = message.vote
  if (!isOfEpoch(work, from, epoch)) return false
  if (!work.seat.members.includes(signer)) {
    return work.refuse(from, 'STRANGER', `${signer} is no coordinator`)
  }
  if (work.rules.leaderProposes && signer !== leaderOf(work.seat, view)) {
    return work.refuse(from, 'NOT_LEADER', `${signer} does not lead view ${view}`)
  }
  if (work.isGood(votedBy(message, hash))) return true
  return work.refuse(from, 'FORGED', `the proposal of view ${view} is not ${signer}'s`)
}

function votedBy({ block, vote }: ProposeMessage, hash: string): SignedVote {
  const { epoch, view } = block.header
  return { subject: { kind: 'propose', epoch, view, block: hash }, vote }
}

/** Each certificate that comes along counts as if it had come alone: a laggard catches up by it. */
function takeProofs(work: Work, from: PublicKey, message: ProposeMessage): boolean {
  const { parent, nullifications } = message
  const all = parent === null ? nullifications : [parent, ...nullifications]
  return all.every(certificate => takeCertificate(work, from, certificate))
}

function keepProposal(work: Work, message: ProposeMessage, hash: string): void {
  const { view } = message.block.header
  const round = work.round(view)
  if (round.proposal !== null) {
    const [first, second] = [round.proposal, { message, hash }].map(each =>
      votedBy(each.message, each.hash)
    )
    if (first?.vote.signer === second?.vote.signer && first !== undefined && second !== undefined) {
      accuse(work, round, { first, second })
    }
  }
  // One body a view is kept, and the one that a quorum chose: a late body is still needed to go on from it.
  const chosen = round.notarization?.block === hash || round.finalization?.block === hash
  const free = round.proposal === null || !work.rules.notarizeOnce
  if (free || chosen) addBody(work, hash, message.block)
  if (free) work.change(view, { proposal: { hash, message } })
}

/** Votes NOTARIZE for the current view's proposal, or NULLIFY at once where it may not stand. */
export function judge(work: Work): boolean {
  const round = work.round(work.state.view)
  const { proposal } = round
  if (proposal === null || round.refused === proposal.hash) return false
  const voted = work.own(round.view, 'notarize')
  if (voted !== undefined) {
    if (work.rules.notarizeOnce || voted.subject.block === proposal.hash) return false
    if (round.notarize.get(work.seat.key)?.subject.block !== proposal.hash) forget(work, round)
  }
  const verdict = judged(work, proposal.message, proposal.hash)
  if (verdict === 'later') return false
  if (verdict === 'bad') {
    work.change(round.view, { refused: proposal.hash })
    nullify(work, round.view)
    return true
  }
  const branch = work.branches.get(proposal.hash)
  if (branch !== undefined) work.keepBody(branch)
  cast(work, 'notarize', round.view, proposal.hash)
  return true
}

/** Only without the rule of one NOTARIZE in a view: what was said before is as if it had not been. */
function forget(work: Work, round: Round): void {
  const others = [...round.notarize].filter(([key]) => key !== work.seat.key)
  work.change(round.view, { notarize: new Map(others) })
}

type Verdict = 'good' | 'bad' | 'later'

function judged(work: Work, message: ProposeMessage, hash: string): Verdict {
  const { header } = message.block
  const parentView = parentViewOf(work, message)
  if (parentView === null || !isJustified(work, header, parentView)) return 'bad'
  const parent = groundAt(work, header.parent)
  if (parent.at === 'missing') {
    work.missing.add(parent.block)
    return 'later'
  }
  if (parent.at === 'bad' || parent.branch.length >= DESCENT_MAX) return 'bad'
  if (!isVotedFor(work, header, parentView)) return 'bad'
  if (work.rules.timeBounds && !isTimely(work, header, parentView)) return 'bad'
  if (!work.rules.execution) return 'good'
  return groundAt(work, hash).at === 'tip' ? 'good' : 'bad'
}

/** null if nothing says in which view the parent is. */
function parentViewOf(work: Work, { block, parent }: ProposeMessage): number | null {
  const hash = block.header.parent
  if (hash === work.final.block) return work.finalView
  if (parent?.block === hash) return parent.view
  if (work.rules.notarizedParent) return null
  return work.branches.get(hash)?.block.header.view ?? null
}

/** The parent is notarized or final, and every view between is nullified. */
function isJustified(work: Work, { view, parent }: Header, parentView: number): boolean {
  if (parentView >= view || parentView < work.finalView) return false
  if (work.rules.notarizedParent && parent !== work.final.block) {
    const { notarization, finalization } = work.round(parentView)
    if (notarization?.block !== parent && finalization?.block !== parent) return false
  }
  return !work.rules.nullifiedGap || isGapNullified(work, parentView, view)
}

export function isGapNullified(work: Work, parentView: number, view: number): boolean {
  for (let at = parentView + 1; at < view; at++) {
    if (work.round(at).nullification === null) return false
  }
  return true
}

/**
 * A quorum is said to have voted for the parent; for the block that an epoch begins with, nobody. Which members of it is
 * the leader's choice anyway: it takes the certificate that it likes best.
 */
function isVotedFor(work: Work, { parentVotes }: Header, parentView: number): boolean {
  let voters = 0
  for (let bits = parentVotes; bits > 0; bits >>= 1) voters += bits & 1
  const isCounted = work.final.state.genesis.parameters.election !== null
  if (parentView === 0 || !isCounted) return voters === 0
  return voters >= work.seat.quorum && parentVotes < 2 ** work.seat.members.length
}

/** Near our clock; the lower bound widens with skipped views, or clocks that differ could stop the ledger. */
function isTimely(work: Work, { view, timeMs }: Header, parentView: number): boolean {
  const { aheadMs, behindMs } = work.settings
  const skipped = Math.min(40, view - parentView - 1)
  return timeMs <= work.nowMs + aheadMs && timeMs >= work.nowMs - behindMs * 1.5 ** skipped
}

/** Gives a view up, unless we have said already that its block may be final. */
export function nullify(work: Work, view: number): void {
  if (work.own(view, 'nullify') !== undefined) return
  if (work.rules.noNullifyAfterFinalize && work.own(view, 'finalize') !== undefined) return
  cast(work, 'nullify', view, null)
}

/** What a block of `view` is built on: the highest notarized block whose gap to it is nullified. */
export interface Base {
  readonly view: number
  readonly block: string
}

export function baseFor(work: Work, view: number): Base | null {
  for (let at = view - 1; at > work.finalView; at--) {
    const { notarization, nullification } = work.round(at)
    if (notarization !== null) return { view: at, block: notarization.block }
    if (nullification === null) return null
  }
  return { view: work.finalView, block: work.final.block }
}

/** The state of the base, if its bodies are here. */
export function baseTip(work: Work, base: Base | null): { tip: Tip; depth: number } | null {
  if (base === null) return null
  const ground = groundAt(work, base.block)
  if (ground.at === 'missing') work.missing.add(ground.block)
  return ground.at === 'tip' ? { tip: ground.tip, depth: ground.branch.length } : null
}
