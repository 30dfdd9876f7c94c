/** What a coordinator that missed something asks for, and what it is given. One peer is asked at a time. */
import { followBlock } from '../../chain/index.ts'
import type {
  AgreementMessage,
  Block,
  CertifiedBlock,
  Hash,
  PublicKey
} from '../../records/index.ts'
import { hashHeader } from '../../statements/index.ts'
import { addBody } from './branches.ts'
import { adopt } from './finalize.ts'
import { FETCHES_MAX, RESEND_VIEWS_MAX } from './options.ts'
import { proposalOf } from './propose.ts'
import { leaderOf } from './state.ts'
import { takeCertificate } from './votes.ts'
import type { Work } from './work.ts'

export function takeBlock(work: Work, from: PublicKey, block: Block): void {
  const hash = hashHeader(block.header, work.options.context.crypto)
  if (work.branches.has(hash)) return
  if (work.state.fetches.has(hash)) addBody(work, hash, block)
  else work.refuse(from, 'UNASKED', `nobody asked for block ${hash}`)
}

/** Where the block is final by now, our status says so, and the asker goes on from there. */
export function takeGet(work: Work, from: PublicKey, hash: Hash): void {
  const branch = work.branches.get(hash)
  work.send(from, branch === undefined ? statusOf(work) : { type: 'block', block: branch.block })
}

export function takeFinalBlocks(
  work: Work,
  from: PublicKey,
  blocks: readonly CertifiedBlock[]
): void {
  for (const certified of blocks) {
    const { height } = certified.block.header
    if (work.isOver) return
    if (height <= work.final.state.height) continue
    // Asked for before a crash that took the blocks below: nobody lies, and the next peer is asked in its time.
    if (height > work.final.state.height + 1) return
    const followed = followBlock(work.final, certified, work.options.context)
    if (!followed.ok) {
      const { code, message } = followed.fault
      work.refuse(from, 'FOREIGN_BLOCK', `block ${height}: ${code}: ${message}`)
      return
    }
    adopt(work, certified, followed.tip, followed.outcomes)
  }
  const fetches = new Map(work.state.fetches)
  // Answered: what is still missing is asked for at once, not when the retry is due.
  if (blocks.length > 0) fetches.delete('final')
  work.state.fetches = fetches
}

export function statusOf(work: Work): AgreementMessage {
  const { view, finalCertificate: certificate } = work.state
  return { type: 'status', view, height: work.final.state.height, certificate }
}

type Status = Extract<AgreementMessage, { type: 'status' }>

export function takeStatus(work: Work, from: PublicKey, status: Status): void {
  const { certificate, height, view } = status
  if (certificate !== null && !takeCertificate(work, from, certificate)) return
  const behind = height < work.final.state.height || view < work.state.view
  if (!behind) return
  const { finalCertificate } = work.state
  if (finalCertificate !== null) {
    work.send(from, { type: 'certificate', certificate: finalCertificate })
  }
  sendCertificates(work, from)
}

/** Everything that others may have missed: where we are, our votes and certificates, our proposal. */
export function resend(work: Work): void {
  const { seat, state } = work
  work.send(null, statusOf(work))
  sendCertificates(work, null)
  for (const { notarize, nullify, finalize } of recentRounds(work)) {
    for (const votes of [notarize, nullify, finalize]) {
      const vote = votes.get(seat.key)
      if (vote !== undefined) work.send(null, { type: 'vote', vote })
    }
  }
  const proposal = work.round(state.view).proposal?.message
  if (proposal === undefined || leaderOf(seat, state.view) !== seat.key) return
  work.send(null, proposalOf(work, proposal.block, proposal.vote))
}

function sendCertificates(work: Work, to: PublicKey | null): void {
  for (const round of recentRounds(work)) {
    for (const certificate of [round.notarization, round.nullification, round.finalization]) {
      if (certificate !== null) work.send(to, { type: 'certificate', certificate })
    }
  }
}

/** The newest views, oldest first. */
function recentRounds(work: Work): ReturnType<Work['round']>[] {
  return [...work.rounds.values()].sort((a, b) => a.view - b.view).slice(-RESEND_VIEWS_MAX)
}

/** Asks for what this step found missing, and again, of the next peer, where no answer came in time. */
export function fetchMissing(work: Work): void {
  const { fetches: before } = work.state
  const fetches = new Map([...before].filter(([key]) => work.missing.has(key)))
  for (const key of work.missing) {
    const asked = fetches.get(key)
    if (asked === undefined ? fetches.size >= FETCHES_MAX : work.nowMs < asked.againMs) continue
    const tries = asked === undefined ? 0 : asked.tries + 1
    ask(work, key, tries)
    fetches.set(key, { tries, againMs: work.nowMs + work.settings.fetchMs })
  }
  work.state.fetches = fetches
}

function ask(work: Work, key: string, tries: number): void {
  const { key: own, members } = work.seat
  const at = members.indexOf(own)
  const others = [...members.slice(at + 1), ...members.slice(0, at)]
  const peer = others[tries % others.length]
  if (peer === undefined) return
  const fromHeight = work.final.state.height + 1
  work.send(peer, key === 'final' ? { type: 'get-final', fromHeight } : { type: 'get', block: key })
}
