/** Votes and certificates as they come in: each is verified once, and only then touches the state. */
import type {
  Evidence,
  Hash,
  PublicKey,
  QuorumCertificate,
  SignedVote,
  Vote,
  VoteSubject
} from '../../records/index.ts'
import { contradicts } from '../../statements/index.ts'
import { VIEWS_AHEAD_MAX } from './options.ts'
import type { Round } from './state.ts'
import type { Work } from './work.ts'

type Countable = QuorumCertificate['kind']

export function takeVote(work: Work, from: PublicKey, signed: SignedVote): void {
  const { subject, vote } = signed
  const { kind, view } = subject
  if (kind === 'propose') {
    work.refuse(from, 'UNREADABLE', 'a proposal comes with its block')
    return
  }
  if (!isOurs(work, from, subject.epoch, [vote])) return
  if (view <= work.finalView || view > work.state.view + VIEWS_AHEAD_MAX) return
  const round = work.round(view)
  const held = round[kind].get(vote.signer)
  if (held !== undefined && held.subject.block === subject.block) return
  if (certificateOf(round, kind)?.block === subject.block) return
  if (work.isGood(signed)) addVote(work, signed)
  else work.refuse(from, 'FORGED', `the ${kind} vote of view ${view} is not ${vote.signer}'s`)
}

/** Counts a good vote. A second word of the same member for the view is evidence and is not counted. */
export function addVote(work: Work, signed: SignedVote): void {
  const { subject, vote } = signed
  if (subject.kind === 'propose') return
  const round = work.round(subject.view)
  const contrary = contradiction(round, signed)
  if (contrary !== undefined) accuse(work, round, { first: contrary, second: signed })
  const votes = work.round(subject.view)[subject.kind]
  if (votes.has(vote.signer)) return
  work.change(subject.view, { [subject.kind]: new Map([...votes, [vote.signer, signed]]) })
}

export function accuse(work: Work, round: Round, evidence: Evidence): void {
  const { signer } = evidence.first.vote
  if (round.accused.has(signer)) return
  work.change(round.view, { accused: new Set([...round.accused, signer]) })
  work.accuse(evidence)
}

/** Somebody shows that a member has contradicted itself: worth as much as if it had come vote by vote. */
export function accuseBoth(work: Work, from: PublicKey, evidence: Evidence): void {
  const { first, second } = evidence
  if (!isOurs(work, from, first.subject.epoch, [first.vote, second.vote])) return
  const { view } = first.subject
  if (view <= work.finalView || view > work.state.view + VIEWS_AHEAD_MAX) return
  const proven =
    first.vote.signer === second.vote.signer &&
    contradicts(first.subject, second.subject) &&
    work.isGood(first) &&
    work.isGood(second)
  if (proven) accuse(work, work.round(view), evidence)
  else work.refuse(from, 'FORGED', `no evidence against ${first.vote.signer} in view ${view}`)
}

function contradiction(round: Round, { subject, vote }: SignedVote): SignedVote | undefined {
  return [round.notarize, round.finalize, round.nullify]
    .map(votes => votes.get(vote.signer))
    .find(held => held !== undefined && contradicts(held.subject, subject))
}

/** False, and refused, if it is not worth anything. */
export function takeCertificate(
  work: Work,
  from: PublicKey,
  certificate: QuorumCertificate
): boolean {
  const { kind, epoch, view, votes } = certificate
  if (!isOurs(work, from, epoch, votes)) return false
  if (view <= work.finalView) return learnFinal(work, from, certificate)
  const round = work.round(view)
  const known = certificateOf(round, kind)
  if (known?.block === certificate.block) return true
  if (!isWhole(work, from, certificate)) return false
  for (const signed of votesOf(certificate)) addVote(work, signed)
  if (known === null) keepCertificate(work, certificate)
  return true
}

/** A proof that the final block is final, where we hold none of that block itself. */
function learnFinal(work: Work, from: PublicKey, certificate: QuorumCertificate): boolean {
  const wanted =
    work.state.finalCertificate === null &&
    certificate.kind === 'finalize' &&
    certificate.block === work.final.block
  if (!wanted) return true
  if (!isWhole(work, from, certificate)) return false
  work.state.finalCertificate = certificate
  return true
}

function isOurs(work: Work, from: PublicKey, epoch: number, votes: readonly Vote[]): boolean {
  if (!isOfEpoch(work, from, epoch)) return false
  const stranger = votes.find(vote => !work.seat.members.includes(vote.signer))
  if (stranger === undefined) return true
  return work.refuse(from, 'STRANGER', `${stranger.signer} is no coordinator`)
}

/** Honest members are epochs apart after a hand-over that one of them missed: whoever is ahead has what we lack. */
export function isOfEpoch(work: Work, from: PublicKey, epoch: number): boolean {
  const { epoch: ours } = work.seat
  if (epoch === ours || !work.rules.votesOfEpoch) return true
  if (epoch > ours) work.missing.add('final')
  return work.refuse(from, 'OTHER_EPOCH', `epoch ${epoch} inside epoch ${ours}`)
}

function isWhole(work: Work, from: PublicKey, certificate: QuorumCertificate): boolean {
  const { kind, view, votes } = certificate
  const signers = new Set(votes.map(vote => vote.signer))
  if (work.rules.distinctSigners && signers.size < votes.length) {
    return work.refuse(from, 'REPEATED', `${votes.length} votes of ${signers.size} members`)
  }
  if (votes.length < work.seat.quorum) {
    const message = `${votes.length} votes, ${work.seat.quorum} are needed`
    return work.refuse(from, 'TOO_FEW', message)
  }
  const round = work.round(view)
  const forged = votesOf(certificate).find(signed => !isHeld(round, signed) && !work.isGood(signed))
  if (forged === undefined) return true
  const message = `the ${kind} vote of view ${view} is not ${forged.vote.signer}'s`
  return work.refuse(from, 'FORGED', message)
}

/** The same signature was verified when it came as a vote. */
function isHeld(round: Round, { subject, vote }: SignedVote): boolean {
  if (subject.kind === 'propose') return false
  const held = round[subject.kind].get(vote.signer)
  return held?.subject.block === subject.block && held.vote.signature === vote.signature
}

/** Makes the certificates that the votes of all views suffice for. */
export function countVotes(work: Work): boolean {
  let made = false
  for (const { view } of work.rounds.values()) {
    for (const kind of ['notarize', 'nullify', 'finalize'] as const) {
      const certificate = quorumIn(work, work.round(view), kind)
      if (certificate === null) continue
      keepCertificate(work, certificate)
      made = true
    }
  }
  return made
}

function quorumIn(work: Work, round: Round, kind: Countable): QuorumCertificate | null {
  if (certificateOf(round, kind) !== null || round[kind].size < work.seat.quorum) return null
  const byBlock = new Map<Hash | null, Vote[]>()
  for (const { subject, vote } of round[kind].values()) {
    byBlock.set(subject.block, [...(byBlock.get(subject.block) ?? []), vote])
  }
  for (const [block, all] of byBlock) {
    if (all.length < work.seat.quorum) continue
    const votes = all.slice(0, work.seat.quorum)
    return { kind, epoch: work.seat.epoch, view: round.view, block, votes } as QuorumCertificate
  }
  return null
}

/** From now on it is known here; everybody is told once. */
function keepCertificate(work: Work, certificate: QuorumCertificate): void {
  const { view } = certificate
  if (certificate.kind === 'notarize') work.change(view, { notarization: certificate })
  if (certificate.kind === 'nullify') work.change(view, { nullification: certificate })
  if (certificate.kind === 'finalize') work.change(view, { finalization: certificate })
  work.keepCertificate(certificate)
  // Every member has the votes for it, or hears of it with a later block's; the others are what a view waits for.
  if (certificate.kind !== 'finalize') work.send(null, { type: 'certificate', certificate })
}

export function certificateOf(round: Round, kind: Countable): QuorumCertificate | null {
  if (kind === 'notarize') return round.notarization
  return kind === 'nullify' ? round.nullification : round.finalization
}

function votesOf({ votes, ...subject }: QuorumCertificate): readonly SignedVote[] {
  return votes.map(vote => ({ subject: subject as VoteSubject, vote }))
}

/** Signs a vote of our own: on disk first, then counted and sent to all. */
export function cast(work: Work, kind: Countable, view: number, block: Hash | null): void {
  const { epoch } = work.seat
  const vote = work.sign({ kind, epoch, view, block } as VoteSubject)
  addVote(work, vote)
  work.send(null, { type: 'vote', vote })
}
