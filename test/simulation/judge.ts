/**
 * Looks on and says what should never have happened. It knows everything that was ever said; the coordinators do
 * not know it. Its properties are those of the design (ledger.md, How it is tested).
 */
import {
  type AgreementFaultCode,
  type AgreementMessage,
  type CertifiedBlock,
  chainContext,
  checkInvariants,
  checkStep,
  type Evidence,
  followBlock,
  type Genesis,
  genesisTip,
  type Hash,
  hashHeader,
  hashTransaction,
  type Member,
  type Outcome,
  type PublicKey,
  quorumOf,
  type StateReader,
  type Tip
} from '../../ledger/index.ts'
import { toyCrypto } from '../support/toy-crypto.ts'
import type { Chance } from './chance.ts'
import { LightReader } from './light-reader.ts'
import { Listener } from './listener.ts'
import { Violated } from './violation.ts'

/** How far a block's time may run ahead of the true time: the voters' bound and the error of their clocks. */
const AHEAD_MS = 500

export interface JudgePlan {
  readonly genesis: Genesis
  readonly honest: ReadonlySet<PublicKey>
  /** Largest error of an honest clock. */
  readonly skewMs: number
  readonly nowMs: () => number
  /** Its own, so that what it looks at changes nothing that happens. */
  readonly chance: Chance
}

/** What nobody says to an honest coordinator without lying. */
const LIES: readonly AgreementFaultCode[] = [
  'UNREADABLE',
  'STRANGER',
  'FORGED',
  'TOO_FEW',
  'REPEATED',
  'NOT_LEADER',
  'FORGED_TRANSACTION',
  'FOREIGN_BLOCK'
]

export class Judge {
  /** The chain as the first coordinator knew it to be final. */
  readonly chain: CertifiedBlock[] = []
  readonly states: Tip[]
  readonly heights: Map<string, number> = new Map()
  readonly finalTransactions: Set<Hash> = new Set()
  readonly #plan: JudgePlan
  readonly #context: ReturnType<typeof chainContext>
  readonly #listener: Listener
  readonly #reader: LightReader
  readonly #acknowledged = new Set<Hash>()

  constructor(plan: JudgePlan) {
    this.#plan = plan
    this.#listener = new Listener(plan.honest)
    this.#reader = new LightReader(plan.genesis, plan.chance, toyCrypto)
    this.states = [genesisTip(plan.genesis, toyCrypto)]
    this.#context = chainContext(plan.genesis, toyCrypto)
  }

  /** Everything that leaves a coordinator, whether or not it arrives. */
  heard(from: PublicKey, message: AgreementMessage): void {
    this.#listener.heard(from, message)
  }

  get tip(): Tip {
    const tip = this.states.at(-1)
    if (tip === undefined) throw new Error('a chain begins with its genesis')
    return tip
  }

  evidence({ first, second }: Evidence): void {
    if (!this.#plan.honest.has(first.vote.signer)) return
    throw new Violated(
      'evidence',
      `an honest key stands accused of ${first.subject.kind} and ${second.subject.kind} in view ${first.subject.view}`
    )
  }

  refused(from: PublicKey, code: AgreementFaultCode, message: string): void {
    if (!this.#plan.honest.has(from) || !LIES.includes(code)) return
    throw new Violated('honest messages', `an honest coordinator was refused: ${code}: ${message}`)
  }

  /** An honest coordinator holds a block for final. */
  final(seat: string, certified: CertifiedBlock, outcomes: readonly Outcome[]): void {
    const { height } = certified.block.header
    const before = this.heights.get(seat) ?? 0
    // After a crash a block that was stored and not yet told of is told again.
    if (height > before + 1) {
      throw new Violated('prefix', `${seat} went from height ${before} to ${height}`)
    }
    this.heights.set(seat, Math.max(before, height))
    const hash = hashHeader(certified.block.header, toyCrypto)
    const known = this.chain[height - 1]
    if (known === undefined) this.#append(certified, hash)
    else if (hashHeader(known.block.header, toyCrypto) !== hash) {
      throw new Violated('agreement', `two blocks are final at height ${height}`)
    }
    for (const outcome of outcomes) this.#acknowledged.add(outcome.hash)
  }

  #append(certified: CertifiedBlock, hash: Hash): void {
    const { block } = certified
    const before = this.tip
    const followed = followBlock(before, certified, this.#context)
    if (!followed.ok) {
      const { code, message } = followed.fault
      const property = code === 'WRONG_PARENT' || code === 'WRONG_HEIGHT' ? 'agreement' : 'validity'
      throw new Violated(property, `block ${block.header.height}: ${code}: ${message}`)
    }
    this.#checkConsent(before.state.epoch.members, block.header.view, hash)
    this.#checkTime(certified)
    this.chain.push(certified)
    this.states.push(followed.tip)
    this.#checkStates(before.state, followed.tip.state)
    this.#checkNonces(before.state, followed.tip.state, certified)
    this.#reader.final(certified, followed.tip.state)
    for (const signed of block.transactions) this.#once(hashTransaction(signed, toyCrypto))
  }

  /** A quorum less all who may lie has looked at the block, and its view's leader made it. */
  #checkConsent(coordinators: readonly Member[], view: number, hash: Hash): void {
    // A set of one tells nobody of its votes.
    if (coordinators.length === 1) return
    const liars = Math.floor((coordinators.length - 1) / 3)
    const needed = quorumOf(coordinators.length) - liars
    const approved = this.#listener.approvalsOf(hash)
    if (approved < needed) {
      const message = `the block of view ${view} is final, ${approved} honest ones notarized it, at least ${needed} must`
      throw new Violated('approval', message)
    }
    const leader = coordinators[view % coordinators.length]?.key
    if (leader === undefined || !this.#listener.isProposedBy(hash, leader)) {
      throw new Violated(
        'leadership',
        `the block of view ${view} was made by somebody else than its leader`
      )
    }
  }

  #checkTime({ block }: CertifiedBlock): void {
    const { timeMs, view } = block.header
    const latest = this.#plan.nowMs() + AHEAD_MS + this.#plan.skewMs
    if (timeMs <= latest) return
    throw new Violated(
      'block time',
      `the block of view ${view} is ${timeMs - latest} ms too far ahead of the clock`
    )
  }

  #checkStates(before: StateReader, after: StateReader): void {
    for (const { ok, name, figure } of [...checkInvariants(after), ...checkStep(before, after)]) {
      if (!ok) throw new Violated('invariants', `${name}: ${figure}`)
    }
  }

  /** Every signer's nonce has grown by its transactions in the block, and no other way. */
  #checkNonces(before: StateReader, after: StateReader, { block }: CertifiedBlock): void {
    const used = new Map<string, number>()
    for (const { transaction } of block.transactions) {
      const { signer, nonce } = transaction
      if (nonce === 0) continue
      const expected = (used.get(signer.id) ?? nonceOf(before, signer.id)) + 1
      if (nonce !== expected) {
        throw new Violated(
          'nonces',
          `nonce ${nonce} of ${signer.id} stands where ${expected} has to`
        )
      }
      used.set(signer.id, nonce)
    }
    for (const [id, nonce] of used) {
      if (nonceOf(after, id) === nonce) continue
      throw new Violated(
        'nonces',
        `${id} has used nonce ${nonce}, the ledger says ${nonceOf(after, id)}`
      )
    }
  }

  #once(hash: Hash): void {
    if (this.finalTransactions.has(hash)) {
      throw new Violated('nothing twice', `transaction ${hash} is final in two blocks`)
    }
    this.finalTransactions.add(hash)
  }

  /** At the end: what any client was told to be final is in the chain. */
  checkAcknowledged(): void {
    for (const hash of this.#acknowledged) {
      if (this.finalTransactions.has(hash)) continue
      throw new Violated(
        'nothing lost',
        `transaction ${hash} was acknowledged and is not in the chain`
      )
    }
  }
}

function nonceOf(state: StateReader, id: string): number {
  return state.account(id)?.nonce ?? state.host(id)?.nonce ?? 0
}
