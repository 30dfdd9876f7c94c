/**
 * A peer of the market that only sends and looks on: transactions go out in batches to all coordinators, and the blocks of
 * one of them say which came through, and when.
 */
import { setMaxListeners } from 'node:events'
import { performance } from 'node:perf_hooks'
import {
  type Genesis,
  type Hash,
  hashTransaction,
  networkOf,
  type SignedTransaction
} from '../../../ledger/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { createIdentity } from '../../../node/identity/index.ts'
import { createNetwork, type Network } from '../../../node/network/index.ts'
import { createSubmissionStreams, type SubmissionStreams } from '../../../node/replica/index.ts'
import { follow } from '../../../protocols/ledger/index.ts'

/** Transactions of one submission. */
const BATCH = 64
/** Submissions under way to each coordinator. */
const LANES = 4
const TRIES = 5
const AGAIN_MS = 200

export interface Through {
  /** From the first submission to the last block. */
  readonly seconds: number
  readonly committed: number
  /** How often a full pool sent a transaction away. */
  readonly refused: number
  /** From handing over to seeing the block, of each committed one, sorted; ms. */
  readonly latenciesMs: readonly number[]
}

interface Pending {
  readonly sentMs: number
}

export class Gate {
  readonly #network: Network
  readonly #coordinators: readonly string[]
  readonly #pending = new Map<Hash, Pending>()
  readonly #stopping = new AbortController()
  readonly #streams: SubmissionStreams
  #latencies: number[] = []
  #refused = 0
  #height = 0
  #waiting: (() => void)[] = []

  private constructor(network: Network, coordinators: readonly string[]) {
    this.#network = network
    this.#streams = createSubmissionStreams(network)
    this.#coordinators = coordinators
  }

  static async open(genesis: Genesis, bootstrap: readonly string[], dir: string): Promise<Gate> {
    const { nodeKeyRaw } = await createIdentity({
      dir,
      password: 'of no worth',
      cost: { n: 2, r: 1, p: 1 }
    })
    const network = await createNetwork({
      nodeKeyRaw,
      network: networkOf(genesis, nodeCrypto),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap,
      sharedAddresses: true,
      log: () => undefined
    })
    const gate = new Gate(
      network,
      genesis.coordinators.map(({ key }) => key)
    )
    while (!gate.#coordinators.every(key => network.isConnected(key))) {
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    setMaxListeners(0, gate.#stopping.signal)
    gate.#watch().catch((error: unknown) => {
      if (!gate.#stopping.signal.aborted) throw error
    })
    return gate
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#network.stop()
  }

  /** Newest block that was seen. */
  get height(): number {
    return this.#height
  }

  /**
   * Sends all, at most `window` of them under way; resolves when each is in a block. They are in rounds of
   * `senders`, each sender once a round and always by the same way, so that nonces come in their order.
   */
  async send(all: readonly SignedTransaction[], window: number, senders: number): Promise<Through> {
    this.#latencies = []
    this.#refused = 0
    const batches = batchesOf(all)
    const count = this.#coordinators.length * LANES
    const round = Math.ceil(senders / BATCH)
    const begunMs = performance.now()
    // Each coordinator has its share of the senders, whose nonces then come in their order.
    const lanes = this.#coordinators.flatMap((key, place) =>
      Array.from({ length: LANES }, (_, lane) => {
        const mine = batches.filter((_, at) => (at % round) % count === place * LANES + lane)
        return this.#lane(key, mine, window)
      })
    )
    await Promise.all(lanes)
    await this.#until(() => this.#pending.size === 0)
    return {
      seconds: (performance.now() - begunMs) / 1_000,
      committed: this.#latencies.length,
      refused: this.#refused,
      latenciesMs: this.#latencies.sort((a, b) => a - b)
    }
  }

  async #lane(
    key: string,
    batches: readonly (readonly SignedTransaction[])[],
    window: number
  ): Promise<void> {
    for (const batch of batches) {
      await this.#until(() => this.#pending.size + batch.length <= window)
      const sentMs = performance.now()
      for (const signed of batch) this.#pending.set(hashTransaction(signed, nodeCrypto), { sentMs })
      for (let rest = batch; rest.length > 0; ) {
        rest = await this.#submit(key, rest)
        // As a client does: what had no room comes again when a block has made some.
        if (rest.length > 0) await this.#nextBlock()
      }
    }
  }

  /** What a full pool did not take. */
  async #submit(key: string, batch: readonly SignedTransaction[]): Promise<SignedTransaction[]> {
    const { signal } = this.#stopping
    let lost = 0
    const reply = await this.#persistently(() => {
      lost += 1
      return this.#streams.submit(key, batch, { signal, onSent: () => undefined })
    })
    if (reply.kind === 'refused') throw new Error(`${reply.code}: ${reply.message}`)
    return batch.filter((_, at) => {
      const refusal = reply.answers[at] ?? null
      // What was taken before the answer was lost may be in a block already.
      if (refusal === null || (lost > 1 && refusal.code === 'INVALID_NONCE')) return false
      if (refusal.code !== 'POOL_FULL') throw new Error(`${refusal.code}: ${refusal.message}`)
      this.#refused += 1
      return true
    })
  }

  #watch(): Promise<void> {
    return this.#persistently(() => this.#watchOnce())
  }

  async #watchOnce(): Promise<void> {
    const [key] = this.#coordinators
    if (key === undefined) return
    const { signal } = this.#stopping
    const stream = await this.#network.open('ledger', key, { signal })
    for await (const said of follow(stream, this.#height + 1, { signal })) {
      if (said.kind !== 'block') continue
      const nowMs = performance.now()
      this.#height = said.block.block.header.height
      for (const signed of said.block.block.transactions) {
        const hash = hashTransaction(signed, nodeCrypto)
        const pending = this.#pending.get(hash)
        if (pending === undefined) continue
        this.#pending.delete(hash)
        this.#latencies.push(nowMs - pending.sentMs)
      }
      this.#wake()
    }
  }

  /** On a machine that has too much to do a connection is lost now and then. */
  async #persistently<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        if (this.#stopping.signal.aborted || tries === TRIES) throw error
        await new Promise(resolve => setTimeout(resolve, AGAIN_MS))
      }
    }
  }

  async #until(ready: () => boolean): Promise<void> {
    while (!ready()) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  #nextBlock(): Promise<void> {
    const { height } = this
    return this.#until(() => this.#height > height)
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

function batchesOf(all: readonly SignedTransaction[]): SignedTransaction[][] {
  const batches: SignedTransaction[][] = []
  for (let at = 0; at < all.length; at += BATCH) batches.push(all.slice(at, at + BATCH))
  return batches
}
