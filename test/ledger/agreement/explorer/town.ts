/** The network that is explored: its members' keys, its genesis, and all of its blocks that anybody has made. */
import {
  type Block,
  type BuiltBlock,
  buildBlock,
  type ChainContext,
  chainContext,
  type Genesis,
  genesisTip,
  type Hash,
  hashHeader,
  type Signer,
  setHashOf,
  type Tip,
  tipAfter
} from '../../../../ledger/index.ts'
import * as sample from '../../../support/ledger-samples.ts'
import { toyCrypto, toySigner } from '../../../support/toy-crypto.ts'
import { MEMBERS } from './setting.ts'

/** A block under the name by which a trace tells of it: its view and a letter. */
export interface Named {
  readonly name: string
  readonly hash: Hash
  readonly block: Block
  readonly tip: Tip
  /** null: the genesis. */
  readonly parent: Named | null
  /** Why no honest member may make it final. */
  readonly flaw: string | null
}

export interface Draft {
  readonly view: number
  readonly parent: Named | null
  /** After the earliest time that it may have. */
  readonly afterMs: number
}

export class Town {
  readonly signers: readonly Signer[] = Array.from({ length: MEMBERS }, (_, at) =>
    toySigner(`member ${at}`)
  )
  readonly genesis: Genesis
  readonly context: ChainContext
  readonly start: Tip
  /** Time stands still; only a timer rings later. */
  readonly nowMs: number
  readonly #setHash: Hash
  readonly #blocks = new Map<Hash, Named>()
  readonly #inView = new Map<number, number>()

  constructor() {
    const coordinators = this.signers.map(({ publicKey }, at) => ({
      name: `m${at}`,
      key: publicKey
    }))
    this.genesis = { ...sample.genesis, coordinators }
    this.context = chainContext(this.genesis, toyCrypto)
    this.start = genesisTip(this.genesis, toyCrypto)
    this.nowMs = this.genesis.timeMs + 1_000
    this.#setHash = setHashOf(coordinators, toyCrypto)
  }

  keyOf(at: number): string {
    const signer = this.signers[at]
    if (signer === undefined) throw new Error(`there is no member ${at}`)
    return signer.publicKey
  }

  blockOf(hash: Hash): Named {
    const named = this.#blocks.get(hash)
    if (named === undefined) throw new Error(`nobody made block ${hash}`)
    return named
  }

  has(hash: Hash): boolean {
    return this.#blocks.has(hash)
  }

  /** From the child of the genesis to `hash`. */
  chainOf(hash: Hash): readonly Named[] {
    const chain: Named[] = []
    const last = hash === this.start.block ? null : this.blockOf(hash)
    for (let at = last; at !== null; at = at.parent) chain.unshift(at)
    return chain
  }

  /** A block that keeps to the rules, as its leader would make it. */
  draft({ view, parent, afterMs }: Draft): Block {
    const { state } = parent?.tip ?? this.start
    const timeMs = Math.max(state.timeMs + 1, this.nowMs) + afterMs
    return this.#build(parent, view, timeMs).block
  }

  /** Gives a block its name. What it builds on has one. */
  register(block: Block, flaw: string | null = null): Named {
    const hash = hashHeader(block.header, toyCrypto)
    const { view, timeMs } = block.header
    const known = this.#blocks.get(hash)
    if (known !== undefined) return known
    const parent = this.#blocks.get(block.header.parent) ?? null
    const { state } = this.#build(parent, view, timeMs)
    const tip = tipAfter(parent?.tip ?? this.start, block.header, state, toyCrypto)
    const named: Named = { name: this.#nameIn(view), hash, block, tip, parent, flaw }
    this.#blocks.set(hash, named)
    return named
  }

  #build(parent: Named | null, view: number, timeMs: number): BuiltBlock {
    const proposal = { epoch: 0, view, timeMs, setHash: this.#setHash, transactions: [] }
    return buildBlock(parent?.tip ?? this.start, proposal, this.context)
  }

  #nameIn(view: number): string {
    const count = this.#inView.get(view) ?? 0
    this.#inView.set(view, count + 1)
    return `${view}${String.fromCharCode('a'.charCodeAt(0) + count)}`
  }
}
