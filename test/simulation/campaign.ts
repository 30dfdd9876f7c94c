/** Elections in a run: who stands and who votes, so that sets of 1, 4 and 7 follow each other, and what liars lose. */
import {
  type Body,
  type Evidence,
  type Hash,
  hashTransaction,
  type SignedTransaction,
  type Signer,
  type StateReader,
  signCandidateProof
} from '../../ledger/index.ts'
import { toyCrypto } from '../support/toy-crypto.ts'
import type { Chance } from './chance.ts'
import type { Clockwork } from './clockwork.ts'
import { Pen, type Person, person } from './people.ts'

export interface CampaignPlan {
  readonly chance: Chance
  readonly clockwork: Clockwork
  readonly network: string
  /** All who may ever coordinate. */
  readonly nodes: readonly Signer[]
  /** Places of those who lie: a set of one must not be one of them. */
  readonly lying: ReadonlySet<number>
  readonly state: () => StateReader
  readonly isFinal: (hash: Hash) => boolean
  readonly submit: (signed: SignedTransaction) => void
}

const TICK_MS = 150
const AGAIN_MS = 900
/** A new mind is made up every so many epochs. */
const EPOCHS_PER_MIND = 2
/** So many honest ones stand before a liar does, and after it has left: none of them is alone with it. */
const COMPANY = 3

interface Node extends Person {
  readonly at: number
  readonly consensus: Signer
  pending: { readonly hash: Hash; readonly signed: SignedTransaction; sentMs: number } | null
}

export class Campaign {
  readonly #plan: CampaignPlan
  readonly #pen: Pen
  readonly #nodes: readonly Node[]
  readonly #evidence = new Map<string, Evidence>()
  #wanted: ReadonlySet<number> = new Set()
  #mindEpoch = -EPOCHS_PER_MIND
  #resting = false

  constructor(plan: CampaignPlan) {
    this.#plan = plan
    this.#pen = new Pen(plan.network)
    this.#nodes = plan.nodes.map((consensus, at) => ({
      ...person(`node${at}`, 'provider'),
      at,
      consensus,
      pending: null
    }))
  }

  begin(): void {
    this.#tick()
  }

  rest(): void {
    this.#resting = true
  }

  /** Whoever hears of evidence brings it to the ledger. */
  accuse(evidence: Evidence): void {
    const { signer } = evidence.first.vote
    if (!this.#evidence.has(signer)) this.#evidence.set(signer, evidence)
  }

  #tick(): void {
    const { clockwork, state } = this.#plan
    if (this.#resting) return
    const { epoch } = state().epoch
    if (epoch >= this.#mindEpoch + EPOCHS_PER_MIND) {
      this.#mindEpoch = epoch
      this.#wanted = this.#chooseSet()
    }
    for (const node of this.#nodes) this.#act(node)
    clockwork.after(TICK_MS, () => this.#tick())
  }

  #chooseSet(): ReadonlySet<number> {
    const { chance, lying } = this.#plan
    const size = chance.pick([1, 4, 7])
    const places = chance.shuffled(this.#nodes.map(({ at }) => at))
    const honest = places.filter(at => !lying.has(at))
    return new Set((size === 1 ? honest : places).slice(0, size))
  }

  #act(node: Node): void {
    const { clockwork, submit, isFinal, state } = this.#plan
    const { pending } = node
    if (pending !== null) {
      const { hash, signed } = pending
      if (isFinal(hash) || signed.transaction.expiryHeight < state().height) node.pending = null
      else if (clockwork.nowMs - pending.sentMs >= AGAIN_MS) {
        pending.sentMs = clockwork.nowMs
        submit(signed)
      }
      return
    }
    const nonce = (state().account(node.id)?.nonce ?? 0) + 1
    const body = this.#wish(node, nonce)
    if (body === null) return
    const signer = { kind: 'account', id: node.id } as const
    const signed = this.#pen.transaction(state(), signer, node.key, nonce, body)
    node.pending = { hash: hashTransaction(signed, toyCrypto), signed, sentMs: clockwork.nowMs }
    submit(signed)
  }

  #wish(node: Node, nonce: number): Body | null {
    const state = this.#plan.state()
    if (state.account(node.id) === undefined) return this.#pen.openAccount(node)
    const standing = this.#standing()
    const status = state.candidate(node.id)?.status
    const stands = status === 'standing'
    const isLiar = this.#plan.lying.has(node.at)
    if (!stands && status !== 'barred' && this.#wanted.has(node.at)) {
      if (isLiar && standing.length < COMPANY) return null
      const { publicKey: key } = node.consensus
      const proof = signCandidateProof(this.#plan.network, node.id, nonce, node.consensus)
      return { type: 'stand', key, addresses: [], proof }
    }
    if (stands && !this.#wanted.has(node.at) && this.#mayLeave(isLiar, standing)) {
      return { type: 'withdraw-candidacy' }
    }
    const proof = this.#accusation()
    if (proof !== null && !isLiar) return { type: 'evidence', evidence: proof }
    const names = standing
      .filter(({ at }) => this.#trusts(node, at))
      .map(({ id }) => id)
      .toSorted()
    const ballot = state.ballot(node.id)?.candidates ?? []
    return names.join() === ballot.join() ? null : { type: 'vote', candidates: names }
  }

  /** Half of the voters do not approve of a liar: it comes in behind others, and so never alone. */
  #trusts(voter: Node, at: number): boolean {
    return !this.#plan.lying.has(at) || voter.at % 2 === 0
  }

  #standing(): readonly Node[] {
    const state = this.#plan.state()
    return this.#nodes.filter(({ id }) => state.candidate(id)?.status === 'standing')
  }

  /** Those who come stand before others go, and a liar goes before it is alone with few. */
  #mayLeave(isLiar: boolean, standing: readonly Node[]): boolean {
    const places = new Set(standing.map(({ at }) => at))
    const { lying } = this.#plan
    const missing = [...this.#wanted].some(at => !places.has(at) && !lying.has(at))
    if (missing) return false
    const liarStands = [...places].some(at => lying.has(at))
    return isLiar || !liarStands || places.size > COMPANY + 1
  }

  /** Of somebody who can still lose a bond. */
  #accusation(): Evidence | null {
    const state = this.#plan.state()
    for (const [key, evidence] of this.#evidence) {
      const guilty = [...state.candidates()].find(candidate => candidate.key === key)
      if (guilty !== undefined && guilty.status !== 'barred') return evidence
    }
    return null
  }
}
