/** From notarized to final: the FINALIZE vote, and what a quorum of them brings about. */
import { hasEnded, type Outcome, type Tip } from '../../chain/index.ts'
import type { Certificate, CertifiedBlock, Header } from '../../records/index.ts'
import { changes } from '../../state/index.ts'
import { dropTransactions, type Mempool, pruneTransactions } from '../mempool.ts'
import { groundAt } from './branches.ts'
import type { Branch, Round } from './state.ts'
import { cast } from './votes.ts'
import type { Work } from './work.ts'

/** Votes FINALIZE in every view whose notarized block is here with all its ancestors. */
export function voteFinalize(work: Work): boolean {
  let voted = false
  for (const round of work.rounds.values()) voted = voteIn(work, round) || voted
  return voted
}

function voteIn(work: Work, { view, notarization }: Round): boolean {
  const block = notarization?.block ?? promised(work, view)
  if (block === null || work.own(view, 'finalize') !== undefined) return false
  // Two quorums share an honest member, so a view that is final is never nullified if none signs both.
  if (work.rules.noFinalizeAfterNullify && work.own(view, 'nullify') !== undefined) return false
  const ground = groundAt(work, block)
  if (ground.at === 'missing') work.missing.add(ground.block)
  if (ground.at !== 'tip') return false
  for (const branch of ground.branch) work.keepBody(branch)
  cast(work, 'finalize', view, block)
  return true
}

/** Without the rule that a quorum comes first, the own NOTARIZE is enough. */
function promised(work: Work, view: number): string | null {
  if (work.rules.finalizeNotarized) return null
  return work.own(view, 'notarize')?.subject.block ?? null
}

/** Makes the block of the highest finalized view final, with all its ancestors. */
export function finalize(work: Work): boolean {
  const highest = [...work.rounds.values()]
    .filter(round => round.finalization !== null)
    .reduce((view, round) => Math.max(view, round.view), 0)
  const certificate = work.round(highest).finalization
  if (certificate === null) return false
  const ground = groundAt(work, certificate.block)
  if (ground.at === 'missing') {
    work.missing.add('final')
    return false
  }
  if (ground.at === 'bad') {
    const found = `${ground.fault.code}: ${ground.fault.message}`
    // A body that does not fit its header was put away; the true one is fetched.
    if (!work.branches.has(certificate.block)) return false
    throw new Error(`block ${certificate.block} is final by a quorum, here it fails: ${found}`)
  }
  let adopted = false
  for (const { certified, branch } of certify(work, certificate, ground.branch)) {
    // Behind the last block of an epoch stand sealing blocks, which are no part of the chain.
    if (work.rules.sealingApart && hasEnded(work.final) && work.final.epoch === work.seat.epoch)
      break
    if (branch.run?.ok !== true) continue
    adopt(work, certified, branch.run.tip, branch.run.outcomes)
    adopted = true
  }
  return adopted
}

interface Certified {
  readonly certified: CertifiedBlock
  readonly branch: Branch
}

/** Each block with the nearest certificate: its own, or that of the first descendant which has one. */
function certify(work: Work, last: Certificate, path: readonly Branch[]): readonly Certified[] {
  let certificate = last
  let descent: readonly Header[] = []
  const certified: Certified[] = []
  for (const branch of path.toReversed()) {
    const { header } = branch.block
    const own = work.round(header.view).finalization
    if (own?.block === branch.hash) {
      certificate = own
      descent = []
    }
    certified.unshift({ branch, certified: { block: branch.block, certificate, descent } })
    descent = [header, ...descent]
  }
  return certified
}

/** The next final block: kept, told, and everything that it decides is forgotten. */
export function adopt(
  work: Work,
  certified: CertifiedBlock,
  tip: Tip,
  outcomes: readonly Outcome[]
): void {
  const changed = changes(work.final.state, tip.state)
  work.keepFinal({ type: 'final', certified, tip, changes: changed })
  work.emit({ type: 'final', certified, tip, outcomes })
  work.state.final = tip
  work.state.finalCertificate = certified.descent.length === 0 ? certified.certificate : null
  work.state.nullified = 0
  for (const view of work.rounds.keys()) if (view <= tip.view) work.rounds.delete(view)
  for (const { hash, block } of work.branches.values()) {
    const { header } = block
    if (header.view <= tip.view || header.height <= tip.state.height) work.branches.delete(hash)
  }
  const before = dropTransactions(work.state.pool, new Set(outcomes.map(({ hash }) => hash)))
  work.state.pool = pruneTransactions(before, tip.state)
  tellDropped(work, before, work.state.pool)
}

function tellDropped(work: Work, before: Mempool, after: Mempool): void {
  if (before === after) return
  const kept = new Set([...after.waiting.values()].map(({ hash }) => hash))
  const transactions = [...before.waiting.values()]
    .map(({ hash }) => hash)
    .filter(hash => !kept.has(hash))
  if (transactions.length > 0) work.emit({ type: 'dropped', transactions })
}
