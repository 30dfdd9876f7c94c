import {
  type AgreementMessage,
  type Block,
  buildBlock,
  encodeMessage,
  type Hash,
  hashHeader,
  membersOf,
  type Nullification,
  type ProposeMessage,
  type PublicKey,
  type QuorumCertificate,
  type SignedTransaction,
  type SignedVote,
  type Signer,
  signVote,
  type Tip,
  type Vote,
  type VoteSubject
} from '../../../ledger/index.ts'
import { toyCrypto } from '../../support/toy-crypto.ts'
import type { Chance } from '../chance.ts'
import type { Clockwork } from '../clockwork.ts'
import { Eyes, type Ground } from './eyes.ts'

export type Countable = 'notarize' | 'finalize' | 'nullify'

/** One way of lying; each is told what the liar has just seen. */
export interface Lie {
  readonly name: string
  /** A view begins; also told again while it lasts. */
  readonly onView?: (liar: Liar, view: number) => void
  readonly onBlock?: (liar: Liar, hash: Hash, block: Block) => void
  readonly onCertificate?: (liar: Liar, certificate: QuorumCertificate) => void
}

export interface LiarPlan {
  readonly signer: Signer
  /** What the epoch begins on; it lies in no other. */
  readonly root: Tip
  readonly clockwork: Clockwork
  readonly chance: Chance
  readonly lies: readonly Lie[]
  readonly post: (to: PublicKey | null, bytes: Uint8Array) => void
}

/** A liar whose view does not end thinks of something new this often. */
const IMPATIENCE_MS = 250

/** A member of the set that says whatever serves it. It does not follow the core; its lies do. */
export class Liar {
  readonly plan: LiarPlan
  readonly eyes: Eyes
  #view = 0
  #resting = false

  constructor(plan: LiarPlan) {
    this.plan = plan
    this.eyes = new Eyes(plan.root)
  }

  get chance(): Chance {
    return this.plan.chance
  }

  get others(): PublicKey[] {
    return this.members.filter(key => key !== this.plan.signer.publicKey)
  }

  get members(): readonly PublicKey[] {
    return membersOf(this.plan.root).map(({ key }) => key)
  }

  get epoch(): number {
    return this.plan.root.state.epoch.epoch
  }

  begin(): void {
    this.#look()
    this.#stir()
  }

  later(ms: number, act: () => void): void {
    this.plan.clockwork.after(ms, () => {
      if (!this.#resting) act()
    })
  }

  /** Says nothing any more. */
  rest(): void {
    this.#resting = true
  }

  hear(message: AgreementMessage): void {
    if (this.#resting || (epochOf(message) ?? this.epoch) !== this.epoch) return
    const known = new Set(this.eyes.certificates.keys())
    this.eyes.see(message)
    if (message.type === 'get') this.#serve(message.block)
    if (message.type === 'propose') this.#onBlock(message.block)
    for (const [place, certificate] of this.eyes.certificates) {
      if (known.has(place)) continue
      for (const { onCertificate } of this.plan.lies) onCertificate?.(this, certificate)
    }
    this.#look()
  }

  leads(view: number): boolean {
    return this.members[view % this.members.length] === this.plan.signer.publicKey
  }

  tell(to: readonly PublicKey[] | null, message: AgreementMessage): void {
    const bytes = encodeMessage(message)
    if (to === null) this.plan.post(null, bytes)
    else for (const key of to) this.plan.post(key, bytes)
  }

  sign(subject: VoteSubject): SignedVote {
    return signVote(this.eyes.context.network, subject, this.plan.signer)
  }

  vote(to: readonly PublicKey[] | null, kind: Countable, view: number, block: Hash | null): void {
    const vote = this.sign({ kind, epoch: this.epoch, view, block } as VoteSubject)
    this.eyes.see({ type: 'vote', vote })
    this.tell(to, { type: 'vote', vote })
  }

  /** A good block on `tip`; `later` tells blocks of one view apart. */
  build(
    tip: Tip,
    view: number,
    options: { later?: number; transactions?: readonly SignedTransaction[] } = {}
  ): Block {
    const { later = 0, transactions = this.eyes.transactions() } = options
    const timeMs = Math.max(tip.state.timeMs + 1, this.plan.clockwork.nowMs) + later
    const { setHash } = this.eyes
    const parentVotes = this.#everybody(tip)
    const proposal = { epoch: this.epoch, view, timeMs, setHash, parentVotes, transactions }
    return buildBlock(tip, proposal, this.eyes.context).block
  }

  /** It says of any parent that all have voted for it; an epoch's first block has nobody's vote behind it, nor has any where none is elected. */
  #everybody({ block }: Tip): number {
    const { root } = this.plan
    const isCounted = root.state.genesis.parameters.election !== null
    return block === root.block || !isCounted ? 0 : 2 ** membersOf(root).length - 1
  }

  /** Shows a block as the view's proposal, and NOTARIZEs it. */
  propose(to: readonly PublicKey[] | null, block: Block, { tip, certificate }: Ground): void {
    const { view } = block.header
    const hash = this.eyes.seeBlock(block)
    this.tell(to, this.proposal(block, certificate, this.eyes.gap(tip.view, view)))
    this.vote(to, 'notarize', view, hash)
  }

  proposal(
    block: Block,
    certificate: QuorumCertificate | null,
    nullifications: readonly Nullification[]
  ): ProposeMessage {
    const { view } = block.header
    const hash = hashHeader(block.header, toyCrypto)
    const { vote } = this.sign({ kind: 'propose', epoch: this.epoch, view, block: hash })
    const parent = certificate?.kind === 'nullify' ? null : certificate
    return { type: 'propose', block, parent, nullifications, vote }
  }

  /** A certificate that has the right number of these votes. */
  certificate(
    kind: Countable,
    view: number,
    block: Hash | null,
    votes: readonly Vote[]
  ): QuorumCertificate {
    return { kind, epoch: this.epoch, view, block, votes } as QuorumCertificate
  }

  #serve(hash: Hash): void {
    const block = this.eyes.blocks.get(hash)
    if (block !== undefined) this.tell(null, { type: 'block', block })
  }

  #onBlock(block: Block): void {
    const hash = hashHeader(block.header, toyCrypto)
    for (const { onBlock } of this.plan.lies) onBlock?.(this, hash, block)
  }

  #look(): void {
    if (this.eyes.view === this.#view) return
    this.#view = this.eyes.view
    this.#tellView()
  }

  #stir(): void {
    this.later(IMPATIENCE_MS, () => {
      this.#tellView()
      this.#stir()
    })
  }

  #tellView(): void {
    if (this.#resting) return
    for (const { onView } of this.plan.lies) onView?.(this, this.#view)
  }
}

/** null: it is about none. */
function epochOf(message: AgreementMessage): number | null {
  if (message.type === 'vote') return message.vote.subject.epoch
  if (message.type === 'certificate') return message.certificate.epoch
  if (message.type === 'propose' || message.type === 'block') return message.block.header.epoch
  return null
}
