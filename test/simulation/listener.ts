import {
  type AgreementMessage,
  type Hash,
  hashHeader,
  type PublicKey,
  type SignedVote,
  type VoteSubject
} from '../../ledger/index.ts'
import { toyCrypto } from '../support/toy-crypto.ts'
import { Violated } from './violation.ts'

/** Hears everything that is said, and remembers who has signed what. */
export class Listener {
  readonly #honest: ReadonlySet<PublicKey>
  readonly #votes = new Map<string, SignedVote[]>()
  readonly #approvals = new Map<Hash, Set<PublicKey>>()
  readonly #proposers = new Map<Hash, Set<PublicKey>>()

  constructor(honest: ReadonlySet<PublicKey>) {
    this.#honest = honest
  }

  /** How many honest members have notarized a block. */
  approvalsOf(block: Hash): number {
    return this.#approvals.get(block)?.size ?? 0
  }

  isProposedBy(block: Hash, member: PublicKey): boolean {
    return this.#proposers.get(block)?.has(member) === true
  }

  /** Everything that leaves a coordinator, whether or not it arrives. */
  heard(from: PublicKey, message: AgreementMessage): void {
    if (message.type === 'propose') this.#hearProposal(from, message.block.header.view, message)
    if (message.type === 'vote' && message.vote.vote.signer === from) this.#hearVote(message.vote)
  }

  #hearProposal(
    from: PublicKey,
    view: number,
    { block, vote }: Extract<AgreementMessage, { type: 'propose' }>
  ): void {
    const hash = hashHeader(block.header, toyCrypto)
    add(this.#proposers, hash, from)
    const { epoch } = block.header
    this.#hearVote({ subject: { kind: 'propose', epoch, view, block: hash }, vote })
  }

  #hearVote(signed: SignedVote): void {
    const { subject, vote } = signed
    if (!this.#honest.has(vote.signer)) return
    const place = `${vote.signer}/${subject.epoch}/${subject.view}`
    const before = this.#votes.get(place) ?? []
    const same = before.some(
      each => each.subject.kind === subject.kind && each.subject.block === subject.block
    )
    if (same) return
    const contrary = before.find(each => contradicts(each.subject, subject))
    if (contrary !== undefined) {
      throw new Violated(
        'honest votes',
        `an honest coordinator signed ${contrary.subject.kind} and ${subject.kind} in view ${subject.view}`
      )
    }
    this.#votes.set(place, [...before, signed])
    if (subject.kind === 'notarize') add(this.#approvals, subject.block, vote.signer)
  }
}

/** What no honest coordinator signs both: the rule of the paper, written down once more. */
function contradicts(a: VoteSubject, b: VoteSubject): boolean {
  if (a.kind === b.kind) return a.block !== b.block
  const kinds = new Set([a.kind, b.kind])
  return kinds.has('finalize') && kinds.has('nullify')
}

function add(map: Map<Hash, Set<PublicKey>>, hash: Hash, key: PublicKey): void {
  const keys = map.get(hash)
  if (keys === undefined) map.set(hash, new Set([key]))
  else keys.add(key)
}
