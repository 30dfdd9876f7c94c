/** From the log back to a state that contradicts nothing which was ever shown to anybody. */
import { hasEnded, membersOf, quorumOf, type Tip } from '../../chain/index.ts'
import type { LogRecord } from '../../records/index.ts'
import { hashHeader, setHashOf } from '../../statements/index.ts'
import { EMPTY_POOL } from '../mempool.ts'
import { addBody } from './branches.ts'
import type { SimplexOptions } from './options.ts'
import { proposalOf } from './propose.ts'
import { ALL_RULES } from './rules.ts'
import type { Seat, SimplexState } from './state.ts'
import { addVote } from './votes.ts'
import type { Work } from './work.ts'

export function freshState(options: SimplexOptions, tip: Tip, nowMs: number): SimplexState {
  return {
    seat: seatOf(options, tip),
    final: tip,
    finalCertificate: null,
    view: hasEnded(tip) ? 1 : tip.view + 1,
    enteredMs: nowMs,
    deadlineMs: null,
    timeouts: 0,
    seenArrivals: -1,
    nullified: 0,
    silent: new Map(),
    rounds: new Map(),
    branches: new Map(),
    fetches: new Map(),
    pool: EMPTY_POOL,
    unwritten: [],
    nextWrite: 1,
    timerMs: 0
  }
}

function seatOf({ signer, context, rules = ALL_RULES }: SimplexOptions, tip: Tip): Seat {
  const coordinators = membersOf(tip)
  const members = coordinators.map(member => member.key)
  if (!members.includes(signer.publicKey)) {
    throw new Error(`the key ${signer.publicKey} is none of the ${members.length} coordinators`)
  }
  if (tip.state.network !== context.network) {
    throw new Error(`the tip is of network ${tip.state.network}, the context of ${context.network}`)
  }
  const counted = rules.quorumOfSet ? coordinators : tip.state.genesis.coordinators
  const quorum = quorumOf(counted.length) - (rules.fullQuorum ? 0 : 1)
  const setHash = setHashOf(coordinators, context.crypto)
  return { key: signer.publicKey, members, quorum, setHash, epoch: tip.state.epoch.epoch }
}

/** Takes the log's entries in. The view is the highest that we voted in or that a certificate has ended. */
export function recover(work: Work, log: readonly LogRecord[]): void {
  const { epoch } = work.seat
  // Those of later epochs bind when this one is over here again.
  const kept = neededRecords(log, work.final).filter(entry => placeOf(entry).epoch === epoch)
  for (const entry of kept) {
    if (entry.type === 'block') restoreBody(work, entry)
    if (entry.type === 'certificate') restoreCertificate(work, entry)
  }
  if (!work.rules.rememberVotes) return
  for (const entry of kept) if (entry.type === 'vote') restoreVote(work, entry)
}

/** The entries that are still needed when `tip` is safely stored: the others may be cut off the log. */
export function neededRecords(log: readonly LogRecord[], tip: Tip): readonly LogRecord[] {
  const ended = hasEnded(tip)
  const newest = ended ? { epoch: tip.epoch + 1, view: 0 } : tip
  return log.filter(entry => {
    const { epoch, view } = placeOf(entry)
    if (epoch !== newest.epoch) return epoch > newest.epoch
    const provesTip = entry.type === 'certificate' && entry.certificate.kind === 'finalize'
    return view > newest.view || (provesTip && view === newest.view)
  })
}

function placeOf(entry: LogRecord): { readonly epoch: number; readonly view: number } {
  if (entry.type === 'vote') return entry.vote.subject
  return entry.type === 'block' ? entry.block.header : entry.certificate
}

function restoreBody(work: Work, { block }: Extract<LogRecord, { type: 'block' }>): void {
  const hash = hashHeader(block.header, work.options.context.crypto)
  addBody(work, hash, block)
  const branch = work.branches.get(hash)
  if (branch !== undefined) work.branches.set(hash, { ...branch, logged: true })
}

function restoreCertificate(
  work: Work,
  { certificate }: Extract<LogRecord, { type: 'certificate' }>
): void {
  const { kind, view } = certificate
  if (view <= work.finalView) {
    if (kind === 'finalize' && certificate.block === work.final.block) {
      work.state.finalCertificate = certificate
    }
    return
  }
  if (kind === 'notarize') work.change(view, { notarization: certificate })
  if (kind === 'nullify') work.change(view, { nullification: certificate })
  if (kind === 'finalize') work.change(view, { finalization: certificate })
}

function restoreVote(work: Work, { vote }: Extract<LogRecord, { type: 'vote' }>): void {
  const { subject } = vote
  work.state.view = Math.max(work.state.view, subject.view)
  if (subject.kind !== 'propose') {
    addVote(work, vote)
    return
  }
  const branch = work.branches.get(subject.block)
  if (branch === undefined) return
  const message = proposalOf(work, branch.block, vote.vote)
  work.change(subject.view, { proposal: { hash: subject.block, message } })
}
