/** What a liar has seen: it hears everything at once, and forgets nothing. */
import {
  type AgreementMessage,
  type Block,
  chainContext,
  executeBlock,
  type Hash,
  hashHeader,
  hashTransaction,
  membersOf,
  type Nullification,
  type ProposeMessage,
  type PublicKey,
  type QuorumCertificate,
  quorumOf,
  type SignedTransaction,
  type SignedVote,
  setHashOf,
  type Tip,
  type Vote
} from '../../../ledger/index.ts'
import { toyCrypto } from '../../support/toy-crypto.ts'

/** A block that may be built on, with what shows it. */
export interface Ground {
  readonly tip: Tip
  /** null: the genesis. */
  readonly certificate: QuorumCertificate | null
}

/** Transactions that a liar's blocks are made of. */
const POOL_MAX = 60

export class Eyes {
  readonly context: ReturnType<typeof chainContext>
  readonly setHash: Hash
  readonly blocks: Map<Hash, Block> = new Map()
  /** As its view's leader made it known. */
  readonly proposals: Map<Hash, ProposeMessage> = new Map()
  readonly certificates: Map<string, QuorumCertificate> = new Map()
  /** The view after the highest one that a certificate has ended. */
  view = 1
  readonly #votes = new Map<string, Map<PublicKey, Vote>>()
  readonly #tips = new Map<Hash, Tip>()
  readonly #root: Tip
  #pool: SignedTransaction[] = []

  /** `root` is what the epoch begins on. */
  constructor(root: Tip) {
    this.context = chainContext(root.state.genesis, toyCrypto)
    this.setHash = setHashOf(membersOf(root), toyCrypto)
    this.#root = root
    this.#tips.set(this.#root.block, this.#root)
  }

  get quorum(): number {
    return quorumOf(membersOf(this.#root).length)
  }

  see(message: AgreementMessage): void {
    switch (message.type) {
      case 'propose':
        this.proposals.set(this.seeBlock(message.block), message)
        if (message.parent !== null) this.#keep(message.parent)
        for (const each of message.nullifications) this.#keep(each)
        return
      case 'block':
        this.seeBlock(message.block)
        return
      case 'vote':
        this.#count(message.vote)
        return
      case 'certificate':
        this.#keep(message.certificate)
        return
      case 'final-blocks':
        for (const { block, certificate } of message.blocks) {
          this.seeBlock(block)
          this.#keep(certificate)
        }
        return
      case 'transactions':
        this.#pool = [...this.#pool, ...message.transactions].slice(-POOL_MAX)
        return
      case 'get':
      case 'get-final':
      case 'status':
      case 'evidence':
        return
    }
  }

  seeBlock(block: Block): Hash {
    const hash = hashHeader(block.header, toyCrypto)
    this.blocks.set(hash, block)
    return hash
  }

  /** The state after a block, if it and all before it are known and good. */
  tipOf(hash: Hash): Tip | undefined {
    const known = this.#tips.get(hash)
    if (known !== undefined) return known
    const path: Block[] = []
    let at = hash
    while (!this.#tips.has(at)) {
      const block = this.blocks.get(at)
      if (block === undefined) return undefined
      path.unshift(block)
      at = block.header.parent
    }
    let tip = this.#tips.get(at)
    for (const block of path) {
      const run =
        tip === undefined ? undefined : executeBlock(tip, block, this.setHash, this.context)
      if (run?.ok !== true) return undefined
      tip = run.tip
      this.#tips.set(tip.block, tip)
    }
    return tip
  }

  certificate(kind: QuorumCertificate['kind'], view: number): QuorumCertificate | undefined {
    return this.certificates.get(`${kind}/${view}`)
  }

  /** Where an honest leader of `view` would build: the newest notarized block, if the gap is nullified. */
  ground(view: number): Ground | undefined {
    for (let at = view - 1; at > 0; at--) {
      const notarized = this.certificate('notarize', at) ?? this.certificate('finalize', at)
      if (notarized?.block != null) {
        const tip = this.tipOf(notarized.block)
        return tip === undefined ? undefined : { tip, certificate: notarized }
      }
      if (this.certificate('nullify', at) === undefined) return undefined
    }
    return { tip: this.#root, certificate: null }
  }

  /** All that could ever be built on, the genesis first. */
  oldGrounds(): Ground[] {
    const grounds: Ground[] = [{ tip: this.#root, certificate: null }]
    for (const certificate of this.certificates.values()) {
      if (certificate.kind === 'nullify') continue
      const tip = this.tipOf(certificate.block)
      if (tip !== undefined) grounds.push({ tip, certificate })
    }
    return grounds
  }

  /** The nullifications of the views between that are known. */
  gap(parentView: number, view: number): Nullification[] {
    const found: Nullification[] = []
    for (let at = parentView + 1; at < view; at++) {
      const certificate = this.certificate('nullify', at)
      if (certificate?.kind === 'nullify') found.push(certificate)
    }
    return found
  }

  transactions(): readonly SignedTransaction[] {
    const seen = new Set<Hash>()
    return this.#pool.filter(signed => {
      const hash = hashTransaction(signed, toyCrypto)
      if (seen.has(hash)) return false
      seen.add(hash)
      return true
    })
  }

  #count({ subject, vote }: SignedVote): void {
    if (subject.kind === 'propose') return
    const place = `${subject.kind}/${subject.view}/${subject.block ?? ''}`
    const votes = this.#votes.get(place) ?? new Map<PublicKey, Vote>()
    votes.set(vote.signer, vote)
    this.#votes.set(place, votes)
    if (votes.size < this.quorum) return
    const all = [...votes.values()].slice(0, this.quorum)
    this.#keep({ ...subject, votes: all } as QuorumCertificate)
  }

  #keep(certificate: QuorumCertificate): void {
    const place = `${certificate.kind}/${certificate.view}`
    if (this.certificates.has(place)) return
    this.certificates.set(place, certificate)
    this.view = Math.max(this.view, certificate.view + 1)
  }
}
