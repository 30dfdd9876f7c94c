/** A few coordinators in memory: a network that can be cut, disks that outlive crashes, a clock moved by hand. */
import assert from 'node:assert/strict'
import {
  type AgreementEffect,
  type AgreementEvent,
  type AgreementFault,
  type AgreementMessage,
  accountIdOf,
  type CertifiedBlock,
  chainContext,
  decodeMessage,
  type ElectionParameters,
  type Evidence,
  encodeMessage,
  followBlock,
  type Genesis,
  genesisTip,
  type LogRecord,
  networkOf,
  type PublicKey,
  type SafetyRules,
  type SignedTransaction,
  type Signer,
  type SimplexState,
  signTransaction,
  simplexAgreement,
  type Tip
} from '../../../../ledger/index.ts'
import { testCrypto, testSigner } from '../../../support/ed25519.ts'
import * as sample from '../../../support/ledger-samples.ts'

export const VIEW_MS = 300

export interface Packet {
  readonly from: number
  readonly to: number
  readonly message: AgreementMessage
  readonly bytes: Uint8Array
}

export class Crash extends Error {}

export interface ClusterOptions {
  /** Epochs of so many blocks; without it there is one for ever. */
  readonly epochBlocks?: number
  readonly rules?: SafetyRules
}

export class Cluster {
  readonly genesis: Genesis
  readonly signers: readonly Signer[]
  readonly members: readonly Member[]
  readonly network: string
  /** Which packets get through. */
  passes: (packet: Packet) => boolean = () => true
  /** All that was sent since the last look. */
  sent: Packet[] = []
  nowMs: number
  #queue: Packet[] = []

  constructor(size: number, options: ClusterOptions = {}) {
    this.signers = Array.from({ length: size }, (_, at) => testSigner(`member ${at}`))
    this.genesis = {
      ...sample.genesis,
      coordinators: this.signers.map(({ publicKey }, at) => ({ name: `m${at}`, key: publicKey })),
      parameters: {
        ...sample.genesis.parameters,
        election: options.epochBlocks === undefined ? null : electionOf(options.epochBlocks)
      }
    }
    this.network = networkOf(this.genesis, testCrypto)
    this.nowMs = this.genesis.timeMs
    this.members = this.signers.map((_, at) => new Member(this, at, options))
    for (const member of this.members) member.start()
    this.deliver()
  }

  keyOf(at: number): PublicKey {
    const signer = this.signers[at]
    assert.ok(signer !== undefined)
    return signer.publicKey
  }

  member(at: number): Member {
    const member = this.members[at]
    assert.ok(member !== undefined)
    return member
  }

  post(from: number, to: PublicKey | null, bytes: Uint8Array): void {
    const message = decodeMessage(bytes)
    for (const [at] of this.members.entries()) {
      if (at === from || (to !== null && to !== this.keyOf(at))) continue
      const packet = { from, to: at, message, bytes }
      this.sent.push(packet)
      if (this.passes(packet)) this.#queue.push(packet)
    }
  }

  /** Delivers until nobody has anything more to say. */
  deliver(): void {
    for (let packet = this.#queue.shift(); packet !== undefined; packet = this.#queue.shift()) {
      const { from, to, bytes } = packet
      this.member(to).feed({ type: 'message', from: this.keyOf(from), bytes })
    }
  }

  /** Moves the clock from timer to timer. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms
    for (;;) {
      const next = this.members
        .filter(member => member.running)
        .reduce((at, member) => Math.min(at, member.timerMs), Number.POSITIVE_INFINITY)
      if (next > endMs) break
      this.nowMs = Math.max(this.nowMs, next)
      for (const member of this.members) {
        if (member.running && member.timerMs <= this.nowMs) member.ring()
      }
      this.deliver()
    }
    this.nowMs = endMs
  }

  submit(to: number, ...transactions: SignedTransaction[]): void {
    this.member(to).feed({ type: 'transactions', transactions })
    this.deliver()
  }

  /** Somebody opens an account. */
  opening(name: string): SignedTransaction {
    const key = testSigner(name)
    const id = accountIdOf(key.publicKey, testCrypto)
    return signTransaction(
      this.network,
      {
        signer: { kind: 'account', id },
        nonce: 1,
        expiryHeight: 900,
        feeMax: 0n,
        body: { type: 'open-account', name, kind: 'buyer', key: key.publicKey }
      },
      key
    )
  }

  heights(): number[] {
    return this.members.map(member => member.tip().state.height)
  }

  /** Every chain is a prefix of the longest, and a stranger can follow it from the genesis. */
  checkChains(): void {
    const longest = this.members
      .map(member => member.chain())
      .reduce((long, chain) => (chain.length > long.length ? chain : long), [])
    for (const member of this.members) {
      for (const [at, { block }] of member.chain().entries()) {
        assert.deepEqual(block, longest[at]?.block, `member ${member.at}, height ${at + 1}`)
      }
    }
    let tip = genesisTip(this.genesis, testCrypto)
    const context = chainContext(this.genesis, testCrypto)
    for (const certified of longest) {
      const followed = followBlock(tip, certified, context)
      assert.ok(followed.ok, followed.ok ? '' : followed.fault.message)
      tip = followed.tip
    }
  }
}

function electionOf(epochBlocks: number): ElectionParameters {
  return {
    epochBlocks,
    epochMs: 86_400_000,
    tallyBlocks: 1,
    bond: 1n,
    turnoutPercent: 10,
    sizeMax: 7,
    silenceViews: 1_000
  }
}

export class Member {
  readonly at: number
  readonly evidence: Evidence[] = []
  readonly refused: AgreementFault[] = []
  readonly finals: CertifiedBlock[] = []
  timerMs: number = Number.POSITIVE_INFINITY
  running = true
  /** Effects carried out so far, and before which one it crashes. */
  actions = 0
  crashAt: number = Number.POSITIVE_INFINITY
  log: LogRecord[] = []
  readonly #cluster: Cluster
  readonly #agreement: ReturnType<typeof simplexAgreement>
  readonly #blocks: CertifiedBlock[] = []
  #tip: Tip
  #state: SimplexState | undefined
  /** What waited when the epoch ended here; null while none has. */
  #waiting: readonly SignedTransaction[] | null = null

  constructor(cluster: Cluster, at: number, { rules }: ClusterOptions) {
    this.#cluster = cluster
    this.at = at
    const signer = cluster.signers[at]
    assert.ok(signer !== undefined)
    this.#agreement = simplexAgreement({
      signer,
      context: chainContext(cluster.genesis, testCrypto),
      viewMs: VIEW_MS,
      ...(rules === undefined ? {} : { rules })
    })
    this.#tip = genesisTip(cluster.genesis, testCrypto)
  }

  get state(): SimplexState {
    assert.ok(this.#state !== undefined)
    return this.#state
  }

  tip(): Tip {
    return this.#tip
  }

  chain(): readonly CertifiedBlock[] {
    return this.#blocks
  }

  /** From what is on disk, as after a crash. */
  start(): void {
    this.running = true
    this.#run(() => this.#agreement.start(this.#tip, this.#cluster.nowMs, this.log))
  }

  stop(): void {
    this.running = false
    this.timerMs = Number.POSITIVE_INFINITY
  }

  feed(event: AgreementEvent): void {
    if (this.running) this.#run(() => this.#agreement.step(this.state, event, this.#cluster.nowMs))
  }

  ring(): void {
    this.timerMs = Number.POSITIVE_INFINITY
    this.feed({ type: 'timer' })
  }

  #run(step: () => ReturnType<ReturnType<typeof simplexAgreement>['step']>): void {
    try {
      const { state, effects } = step()
      this.#state = state
      for (const effect of effects) this.#carryOut(effect)
      const waiting = this.#waiting
      if (waiting === null) return
      this.#waiting = null
      this.start()
      this.feed({ type: 'transactions', transactions: waiting })
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      this.stop()
    }
  }

  #carryOut(effect: AgreementEffect): void {
    this.actions += 1
    if (this.actions === this.crashAt) throw new Crash()
    switch (effect.type) {
      case 'persist':
        this.log.push(...effect.log)
        for (const { certified, tip } of effect.records) {
          this.#blocks.push(certified)
          this.#tip = tip
        }
        return
      case 'send':
        this.#cluster.post(this.at, effect.to, effect.bytes)
        return
      case 'serve-final': {
        const blocks = this.#blocks.slice(effect.fromHeight - 1, effect.fromHeight + 9)
        const bytes = encodeMessage({ type: 'final-blocks', blocks })
        this.#cluster.post(this.at, effect.to, bytes)
        return
      }
      case 'set-timer':
        this.timerMs = effect.atMs
        return
      case 'evidence':
        this.evidence.push(effect.evidence)
        return
      case 'refused':
        this.refused.push(effect.fault)
        return
      case 'final':
        this.finals.push(effect.certified)
        return
      case 'epoch-over':
        this.#waiting = effect.waiting
        return
      case 'answer':
      case 'dropped':
        return
    }
  }
}
