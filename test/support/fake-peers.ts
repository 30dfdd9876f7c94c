/** Nodes that serve a made-up ledger to a light one, truthfully or not; nothing here has a clock or a network of its own. */
import {
  type CertifiedBlock,
  type CertifiedHeader,
  type Hash,
  initialState,
  type LedgerState,
  leafHash,
  type PublicKey,
  proveWithin,
  type ResultCode,
  type SignedTransaction,
  toHex,
  transactionLeaf
} from '../../ledger/index.ts'
import type { LightPeers } from '../../node/light/peers.ts'
import type { LedgerRefusal, OutcomeReply, ReadReply } from '../../protocols/ledger/index.ts'
import { testCrypto } from './ed25519.ts'
import { certify, epochsGenesis, headerOf, type TestSet, testSet } from './header-chain.ts'
import * as sample from './ledger-samples.ts'

export interface FakeBlock {
  readonly head: CertifiedHeader
  readonly state: LedgerState
  readonly transaction: SignedTransaction | null
  readonly result: ResultCode
}

export interface FakeBlockOptions {
  /** Default: the first set. */
  readonly set?: TestSet
  readonly balance?: bigint
  readonly nonce?: number
  readonly transaction?: SignedTransaction
  readonly result?: ResultCode
  /** The last one of its epoch. */
  readonly handsOver?: boolean
  readonly timeMs?: number
}

const empty = initialState(epochsGenesis, testCrypto)

/** After it alice has so much. */
export function fakeBlock(height: number, options: FakeBlockOptions = {}): FakeBlock {
  const { set = testSet(0), balance = BigInt(height), nonce = 1 } = options
  const { transaction = null, result = null } = options
  const timeMs = options.timeMs ?? epochsGenesis.timeMs + height * 1_000
  const draft = empty.draft(height, timeMs)
  draft.putAccount({ ...sample.account, balance, nonce })
  draft.putHost(sample.host)
  draft.putMachine(sample.machine)
  const state = draft.commit()
  const leaf = transaction && leafHash(testCrypto, transactionLeaf(transaction, result))
  const header = headerOf(set, height, {
    timeMs,
    stateRoot: state.root(),
    ...(leaf === null ? {} : { transactionRoot: toHex(leaf) }),
    ...(options.handsOver === true ? { nextSet: testSet(set.epoch + 1).members } : {})
  })
  return { head: certify(header, set.signers), state, transaction, result }
}

export class FakePeer {
  blocks: readonly FakeBlock[]
  /** Changes what it says. */
  lie: (reply: ReadReply) => ReadReply = reply => reply
  silent = false
  /** Largest proof it gives. */
  proofBytesMax = 524_288
  /** Hides them. */
  showsOutcomes = true
  /** To whoever follows. */
  served: readonly CertifiedBlock[] = []
  reads = 0
  outcomes = 0
  #waiting: (() => void)[] = []

  constructor(blocks: readonly FakeBlock[]) {
    this.blocks = blocks
  }

  /** Another block is final. */
  add(block: FakeBlock): void {
    this.blocks = [...this.blocks, block]
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async read(
    { afterHeight, queries }: Parameters<LightPeers['read']>[1],
    signal: AbortSignal
  ): Promise<ReadReply | LedgerRefusal> {
    this.reads += 1
    if (this.silent) return new Promise(() => undefined)
    while ((this.blocks.at(-1)?.head.header.height ?? 0) <= afterHeight && !signal.aborted) {
      await new Promise<void>(resolve => {
        this.#waiting.push(resolve)
        signal.addEventListener('abort', () => resolve())
      })
    }
    const newest = this.blocks.at(-1)
    if (newest === undefined) return { code: 'HEIGHT_UNKNOWN', message: 'there is no block yet' }
    const proof = proveWithin(newest.state, queries, this.proofBytesMax)
    if (proof === null) return { code: 'PROOF_TOO_LARGE', message: 'ask for less' }
    return this.lie({ head: newest.head, proof })
  }

  handOvers(from: number): readonly CertifiedHeader[] {
    return this.blocks
      .map(({ head }) => head)
      .filter(({ header }) => header.nextSet !== null && header.epoch >= from)
  }

  outcome(hash: Hash, hashOf: (signed: SignedTransaction) => Hash): OutcomeReply | LedgerRefusal {
    this.outcomes += 1
    const block = this.blocks.find(
      ({ transaction }) => transaction !== null && hashOf(transaction) === hash
    )
    if (block === undefined || !this.showsOutcomes) {
      return { code: 'OUTCOME_UNKNOWN', message: 'not known here' }
    }
    return { block: block.head, proof: { index: 0, size: 1, result: block.result, path: [] } }
  }
}

/** In the order of their names: `a` is asked first. */
export function peersOf(
  peers: Readonly<Record<string, FakePeer>>,
  hashOf: (signed: SignedTransaction) => Hash
): LightPeers {
  const find = (key: PublicKey): FakePeer => {
    const peer = peers[key]
    if (peer === undefined) throw new Error(`nobody is called ${key}`)
    return peer
  }
  return {
    candidates: () => Promise.resolve([Object.keys(peers)]),
    read: (key, request, signal) => find(key).read(request, signal),
    epochs: (key, from) => Promise.resolve(find(key).handOvers(from)),
    outcome: (key, hash) => Promise.resolve(find(key).outcome(hash, hashOf)),
    async *follow(key, from) {
      yield* find(key).served.filter(({ block }) => block.header.height >= from)
    }
  }
}
