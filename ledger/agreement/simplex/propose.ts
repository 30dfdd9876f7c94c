/** The leader's part: a block when there is a reason for one, and the proof that it may stand there. */
import { type BuiltBlock, buildBlock, hasEnded, type Tip, tipAfter } from '../../chain/index.ts'
import { DESCENT_MAX, NULLIFICATIONS_MAX } from '../../encoding/index.ts'
import type {
  Block,
  Certificate,
  Hash,
  Notarization,
  ProposeMessage,
  SignedTransaction,
  Vote
} from '../../records/index.ts'
import { hashHeader } from '../../statements/index.ts'
import { dropTransactions, takeTransactions } from '../mempool.ts'
import { type Base, baseFor, baseTip } from './proposals.ts'
import { leaderOf } from './state.ts'
import { cast } from './votes.ts'
import { isForced } from './wanted.ts'
import type { Work } from './work.ts'

export function propose(work: Work): boolean {
  const { view } = work.state
  if (work.proposed || leaderOf(work.seat, view) !== work.seat.key) return false
  if (work.own(view, 'notarize') !== undefined || work.round(view).proposal !== null) return false
  const base = baseFor(work, view)
  const at = baseTip(work, base)
  if (base === null || at === null || at.depth >= DESCENT_MAX || !isProvable(work, base))
    return false
  const forced = isForced(work, at.tip)
  const transactions = candidates(work, at.tip)
  if (transactions.length === 0 && !forced) return false
  const built = build(work, at.tip, transactions)
  if (built.outcomes.length === 0 && !forced) return false
  publish(work, at.tip, built)
  return true
}

/** Without the certificate of the newest final block nobody could see that it may be built on. */
function isProvable(work: Work, base: Base): boolean {
  return base.view !== work.finalView || base.view === 0 || parentProof(work, base.block) !== null
}

/** After the last block of an epoch there is nothing to do but to see it final: only sealing blocks stand there. */
function candidates(work: Work, tip: Tip): readonly SignedTransaction[] {
  if (hasEnded(tip) && tip.epoch === work.seat.epoch) return []
  const above = includedAbove(work, tip.block)
  return takeTransactions(work.state.pool, tip.state)
    .filter(({ hash }) => !above.has(hash))
    .map(({ signed }) => signed)
}

/** Transactions of blocks that are not final: most are barred by their nonce, but not all have one. */
export function includedAbove(work: Work, block: Hash): ReadonlySet<Hash> {
  const hashes = new Set<Hash>()
  for (let at = work.branches.get(block); at !== undefined; ) {
    if (at.run?.ok === true) for (const { hash } of at.run.outcomes) hashes.add(hash)
    at = work.branches.get(at.block.header.parent)
  }
  return hashes
}

function build(work: Work, tip: Tip, transactions: readonly SignedTransaction[]): BuiltBlock {
  const { epoch, setHash } = work.seat
  const timeMs = Math.max(tip.state.timeMs + 1, work.nowMs)
  const parentVotes = votersFor(work, tip.block)
  const proposal = { epoch, view: work.state.view, timeMs, setHash, parentVotes, transactions }
  const built = buildBlock(tip, proposal, work.options.context)
  const gone = built.excluded.map(({ hash }) => hash)
  if (gone.length > 0) {
    work.state.pool = dropTransactions(work.state.pool, new Set(gone))
    work.emit({ type: 'dropped', transactions: gone })
  }
  return built
}

function publish(work: Work, tip: Tip, { block, state, outcomes }: BuiltBlock): void {
  const { crypto } = work.options.context
  const { view } = block.header
  const hash = hashHeader(block.header, crypto)
  const after = tipAfter(tip, block.header, state, crypto)
  const branch = { hash, block, run: { ok: true, tip: after, outcomes }, logged: false } as const
  work.branches.set(hash, branch)
  work.keepBody(branch)
  const { vote } = work.sign({ kind: 'propose', epoch: work.seat.epoch, view, block: hash })
  const message = proposalOf(work, block, vote)
  work.change(view, { proposal: { hash, message } })
  work.send(null, message)
  cast(work, 'notarize', view, hash)
  work.proposed = true
}

/** Bit by bit, in leading order, who voted in the certificate that the parent is built on by. */
function votersFor(work: Work, parent: Hash): number {
  const { members } = work.seat
  if (work.final.state.genesis.parameters.election === null) return 0
  const votes = parentProof(work, parent)?.votes ?? []
  return votes.reduce((bits, { signer }) => bits | (1 << members.indexOf(signer)), 0)
}

/** The message that shows a block of ours with what justifies it. */
export function proposalOf(work: Work, block: Block, vote: Vote): ProposeMessage {
  const { parent, view } = block.header
  const nullifications = []
  const parentView = work.branches.get(parent)?.block.header.view ?? work.finalView
  for (let at = view - 1; at > parentView; at--) {
    const { nullification } = work.round(at)
    if (nullification !== null && nullifications.length < NULLIFICATIONS_MAX) {
      nullifications.unshift(nullification)
    }
  }
  return { type: 'propose', block, parent: parentProof(work, parent), nullifications, vote }
}

function parentProof(work: Work, parent: Hash): Notarization | Certificate | null {
  if (parent === work.final.block) return work.state.finalCertificate
  const view = work.branches.get(parent)?.block.header.view ?? 0
  const { notarization, finalization } = work.round(view)
  return [notarization, finalization].find(each => each?.block === parent) ?? null
}
