import {
  type ChainContext,
  type Genesis,
  hashTransaction,
  type Light,
  lightFrom,
  type PublicKey,
  type SignedTransaction,
  type StateQuery
} from '../../ledger/index.ts'
import {
  type CheckedOutcome,
  type CheckedRead,
  checkHandOvers,
  checkOutcome,
  checkRead,
  type LedgerRefusal,
  type ReadRequest
} from '../../protocols/ledger/index.ts'
import type { Alarms, Clock } from '../clock.ts'
import { Asking, type Attempt } from './asking.ts'
import type { Checkpoint } from './checkpoint.ts'
import { withinTime } from './deadline.ts'
import type { LightPeers } from './peers.ts'
import { pointOf, Snapshot } from './snapshot.ts'

export interface LightOptions {
  readonly context: ChainContext
  readonly genesis: Genesis
  readonly peers: LightPeers
  readonly checkpoint: Checkpoint
  readonly clock: Clock
  readonly alarms: Alarms
  readonly log: (message: string, fields?: Record<string, string>) => void
}

export interface ReadWish {
  readonly queries: readonly StateQuery[]
  /** The answer may wait for a head above this height. */
  readonly afterHeight: number
  readonly patienceMs: number
}

/** A peer that is there answers at once: this is a dead connection, or one that keeps its answer back. */
const ANSWER_MS = 4_000
/** Answers of 64 epochs each: a century of daily epochs. A node that goes on for longer makes them up. */
const EPOCH_PAGES_MAX = 1_024

/**
 * Knows who may certify heads, and takes answers under the heads that they have certified: from one node after the other,
 * until an answer is so. What is known is on disk before anybody acts on it.
 */
export class HeadKeeper {
  readonly #options: LightOptions
  readonly #asking: Asking
  #light: Light

  private constructor(options: LightOptions, light: Light) {
    this.#options = options
    this.#asking = new Asking(options)
    this.#light = light
  }

  static async open(options: LightOptions): Promise<HeadKeeper> {
    const { checkpoint, genesis, context } = options
    const saved = await checkpoint.load(genesis, context.network)
    return new HeadKeeper(options, saved ?? lightFrom(genesis, context.crypto))
  }

  get light(): Light {
    return this.#light
  }

  coordinators(): readonly PublicKey[] {
    return this.#light.members.map(({ key }) => key)
  }

  /** Who may be asked for blocks, in that order. */
  candidates(): Promise<readonly PublicKey[]> {
    return this.#asking.candidates(this.coordinators())
  }

  /** A peer that did not keep what it promised. */
  note(key: PublicKey, conduct: 'silent' | 'lied', message: string): void {
    this.#asking.note(key, conduct, message)
  }

  /** All answers under one head. Throws `LedgerAccessError`. */
  read(wish: ReadWish, signal?: AbortSignal): Promise<Snapshot> {
    return this.#asking.ask(this.coordinators(), key => this.#readFrom(key, wish, signal), signal)
  }

  /** What became of a transaction; null where nobody shows it. */
  async outcomeOf(
    signed: SignedTransaction,
    signal: AbortSignal
  ): Promise<Extract<CheckedOutcome, { ok: true }> | null> {
    const { crypto } = this.#options.context
    const hash = hashTransaction(signed, crypto)
    const attempt = async (key: PublicKey): Promise<Attempt<CheckedOutcome & { ok: true }>> => {
      const reply = await this.#within(ANSWER_MS, signal, limit =>
        this.#options.peers.outcome(key, hash, limit)
      )
      // It may have seen the transaction pass before it was started.
      if ('code' in reply) return { ok: false, conduct: 'behind', message: reply.message }
      const checked = checkOutcome(this.#light, reply, signed, crypto)
      if (checked.ok) return { ok: true, value: checked }
      const { conduct, fault } = checked
      return {
        ok: false,
        conduct: conduct === 'ahead' ? 'behind' : conduct,
        message: fault.message
      }
    }
    return this.#asking.ask(this.coordinators(), attempt, signal).catch(() => null)
  }

  async #readFrom(
    key: PublicKey,
    { queries, afterHeight, patienceMs }: ReadWish,
    signal: AbortSignal | undefined
  ): Promise<Attempt<Snapshot>> {
    const request: ReadRequest = { afterHeight, queries }
    const { peers, clock, context, genesis } = this.#options
    const reply = await this.#within(patienceMs, signal, limit => peers.read(key, request, limit))
    if ('code' in reply) return refusedAs(reply)
    const check = (): CheckedRead =>
      checkRead(this.#light, reply, queries, { crypto: context.crypto, nowMs: clock.nowMs() })
    let checked = check()
    if (!checked.ok && checked.conduct === 'ahead') {
      const lie = await this.#learnEpochs(key, signal)
      if (lie !== null) return { ok: false, conduct: 'lied', message: lie }
      checked = check()
    }
    if (!checked.ok) {
      return { ok: false, conduct: checked.conduct, message: checked.fault.message }
    }
    await this.#keep(checked.light)
    const point = pointOf(reply.head.header, context.crypto)
    return { ok: true, value: new Snapshot(genesis, context.network, point, checked.part) }
  }

  /** From the epoch that is known to the newest one that has begun. Says what is wrong with a hand-over. */
  async #learnEpochs(key: PublicKey, signal: AbortSignal | undefined): Promise<string | null> {
    for (let page = 0; page < EPOCH_PAGES_MAX; page++) {
      const { epoch } = this.#light
      const handOvers = await this.#within(ANSWER_MS, signal, limit =>
        this.#options.peers.epochs(key, epoch, limit)
      )
      // Another answer may have brought some of them meanwhile.
      const news = handOvers.filter(({ header }) => header.epoch >= this.#light.epoch)
      if (news.length === 0) return null
      const checked = checkHandOvers(this.#light, news, this.#options.context.crypto)
      if (!checked.ok) return checked.fault.message
      await this.#keep(checked.light)
    }
    return `more than ${EPOCH_PAGES_MAX} answers full of epochs`
  }

  async #keep(light: Light): Promise<void> {
    if (light === this.#light) return
    const isNewSet = light.epoch !== this.#light.epoch
    this.#light = light
    await this.#options.checkpoint.save(light, isNewSet)
  }

  #within<T>(
    ms: number,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>
  ): Promise<T> {
    return withinTime(this.#options.alarms, ms, signal, work)
  }
}

export const READ_PATIENCE_MS: number = ANSWER_MS

function refusedAs({ code, message }: LedgerRefusal): Attempt<Snapshot> {
  if (code === 'PROOF_TOO_LARGE') return { ok: false, conduct: 'too-large', message }
  // There is no block there yet.
  if (code === 'HEIGHT_UNKNOWN') return { ok: false, conduct: 'behind', message }
  return { ok: false, conduct: 'silent', message: `${code}: ${message}` }
}
