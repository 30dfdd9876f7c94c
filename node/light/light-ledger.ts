/**
 * The ledger as a node sees it that replays nothing: it follows heads, and has proven under one of them what it reads.
 *
 *      each new head ──> what was read a moment ago is proven under it, in one request
 *      a look ──> all of it is proven under the newest head: no request
 *             └─> something is not: it is asked for, together with all else that this look reads, and the look begins
 *                 anew under the head of that answer
 */
import {
  type CertifiedBlock,
  type ChainContext,
  explainRejection,
  type Genesis,
  type PartialState,
  type PublicKey,
  QUERIES_MAX,
  type RejectionCode,
  type SignedTransaction,
  type StateQuery
} from '../../ledger/index.ts'
import {
  type AwaitedInclusion,
  type LedgerAccess,
  LedgerAccessError,
  type LedgerPoint,
  type Look
} from '../ledger-access/index.ts'
import { reasonOf } from './deadline.ts'
import { Following } from './following.ts'
import { HeadKeeper, type LightOptions, READ_PATIENCE_MS, type ReadWish } from './head-keeper.ts'
import { awaitInclusion } from './inclusion.ts'
import { blocksFromPeers } from './peer-blocks.ts'
import { fewest, firstSnapshot, mergeParts, Snapshot } from './snapshot.ts'
import { StandingQueries } from './standing.ts'

/** One thing is found by another: a machine's host's owner is the fifth. What goes on for longer does not end. */
const ROUNDS_MAX = 16
/** What takes more is proven when it is asked for, and not again with each head. */
const STANDING_BYTES_MAX = 65_536
/** Proven under one head: eight answers of the largest kind. */
const KEPT_BYTES_MAX = 4_194_304

export class LightLedger implements LedgerAccess {
  readonly kind = 'light'
  readonly context: ChainContext
  readonly genesis: Genesis
  readonly #options: LightOptions
  readonly #keeper: HeadKeeper
  readonly #standing = new StandingQueries()
  readonly #listeners = new Set<(head: LedgerPoint) => void>()
  readonly #following: Following
  #snapshot: Snapshot

  private constructor(options: LightOptions, keeper: HeadKeeper) {
    const { context, genesis } = options
    this.context = context
    this.genesis = genesis
    this.#options = options
    this.#keeper = keeper
    this.#snapshot = firstSnapshot(genesis, keeper.light, context.crypto)
    this.#following = new Following({
      ...options,
      height: () => this.#snapshot.point.height,
      next: (wish, signal) => this.#next(wish, signal)
    })
  }

  /** Goes on from the checkpoint, or from the genesis. `follow` begins it. */
  static async open(options: LightOptions): Promise<LightLedger> {
    return new LightLedger(options, await HeadKeeper.open(options))
  }

  follow(): void {
    this.#following.start()
  }

  stop(): Promise<void> {
    return this.#following.stop()
  }

  head(): LedgerPoint {
    return this.#snapshot.point
  }

  /** Who may certify the next head, as far as this node knows. */
  coordinators(): readonly PublicKey[] {
    return this.#keeper.coordinators()
  }

  /** There is no head that may still be believed to be the newest. */
  behind(): boolean {
    return !this.#isUsable(this.#snapshot)
  }

  read<T>(look: Look<T>, signal?: AbortSignal): Promise<T> {
    return this.#read(look, signal)
  }

  /** Why the ledger refused a transaction, in a sentence with the numbers of now; null where these say otherwise. */
  explain(
    signed: SignedTransaction,
    code: RejectionCode,
    signal: AbortSignal
  ): Promise<string | null> {
    return this.#read(state => explainRejection(state, signed, code, this.context), signal)
  }

  async #read<T>(look: (state: PartialState) => T, signal: AbortSignal | undefined): Promise<T> {
    const asked: StateQuery[] = []
    let snapshot = this.#snapshot
    for (let round = 0; round < ROUNDS_MAX; round++) {
      let lacks = !this.#isUsable(snapshot)
      const seen = attempt(snapshot, look, (query, isProven) => {
        this.#standing.use(query, this.#nowMs())
        asked.push(query)
        if (!isProven) lacks = true
      })
      // What it said, or threw, of a part only counts for nothing.
      if (!lacks) return seen()
      snapshot = await this.#prove(asked, signal)
    }
    throw new Error(`a look at the ledger that reads something else each of ${ROUNDS_MAX} times`)
  }

  async until(condition: Look<boolean>, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) throw reasonOf(signal)
      const next = this.nextHead(signal)
      next.catch(() => undefined)
      if (await this.read(condition, signal).catch(noWhenUnread)) return
      await next
    }
  }

  onHead(listener: (head: LedgerPoint) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves with the first head after this moment; rejects with the signal's reason. */
  nextHead(signal: AbortSignal): Promise<LedgerPoint> {
    const rest = this.#following.hurry()
    return new Promise((resolve, reject) => {
      const end = (): void => {
        rest()
        forget()
        signal.removeEventListener('abort', aborted)
      }
      const forget = this.onHead(head => {
        end()
        resolve(head)
      })
      const aborted = (): void => {
        end()
        reject(reasonOf(signal))
      }
      if (signal.aborted) aborted()
      else signal.addEventListener('abort', aborted)
    })
  }

  inclusionOf(signed: SignedTransaction): AwaitedInclusion {
    return awaitInclusion(this, this.#keeper, signed)
  }

  blocks(from: number, to: number): AsyncIterable<CertifiedBlock> {
    return blocksFromPeers(this.#keeper, this.#options.peers, from, to)
  }

  /** As much as is read now and again; where that is more than one answer holds, only what is asked for. */
  async #prove(queries: readonly StateQuery[], signal: AbortSignal | undefined): Promise<Snapshot> {
    try {
      return await this.#fetch(this.#standing.with(queries, this.#nowMs()), signal)
    } catch (error) {
      if (!isTooLarge(error)) throw error
      this.#standing.clear()
      return this.#fetch(fewest(queries), signal)
    }
  }

  /** From somebody who has what is known; if all are behind it, from one who may wait for it. */
  async #fetch(queries: readonly StateQuery[], signal: AbortSignal | undefined): Promise<Snapshot> {
    if (queries.length > QUERIES_MAX) {
      const message = `it takes ${queries.length} questions, ${QUERIES_MAX} are answered at once`
      throw new LedgerAccessError('LEDGER_TOO_LARGE', message)
    }
    const wish = { queries, patienceMs: READ_PATIENCE_MS }
    const found = await this.#keeper.read({ ...wish, afterHeight: 0 }, signal).catch(behind => {
      if (!(behind instanceof LedgerAccessError) || behind.code !== 'LEDGER_BEHIND') throw behind
      const height = this.#keeper.light.head?.height ?? 1
      return this.#keeper.read({ ...wish, afterHeight: height - 1 }, signal).catch(() => {
        throw behind
      })
    })
    this.#adopt(found)
    return found
  }

  #adopt(found: Snapshot): void {
    const before = this.#snapshot
    const { height } = found.point
    if (found.bytes > STANDING_BYTES_MAX) this.#standing.clear()
    if (height < before.point.height) return
    // Of one head only so much is kept: whoever asks for other things all the time has the newest of them.
    if (height === before.point.height && before.bytes <= KEPT_BYTES_MAX) {
      const part = mergeParts(before.part, found.part)
      this.#snapshot = new Snapshot(this.genesis, this.context.network, before.point, part)
      return
    }
    this.#snapshot = found
    if (height === before.point.height) return
    for (const listener of this.#listeners) listener(found.point)
  }

  /** The head after one that is known, with what was read a moment ago. */
  async #next(wish: Omit<ReadWish, 'queries'>, signal: AbortSignal): Promise<void> {
    const queries = this.#standing.with([], this.#nowMs())
    try {
      this.#adopt(await this.#keeper.read({ ...wish, queries }, signal))
    } catch (error) {
      if (isTooLarge(error)) this.#standing.clear()
      throw error
    }
  }

  #isUsable(snapshot: Snapshot): boolean {
    return snapshot.isFresh(this.#nowMs())
  }

  #nowMs(): number {
    return this.#options.clock.nowMs()
  }
}

/** What it returns or throws, to be had later. */
function attempt<T>(
  snapshot: Snapshot,
  look: (state: PartialState) => T,
  onRead: Parameters<Snapshot['read']>[1]
): () => T {
  try {
    const value = snapshot.read(look, onRead)
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof LedgerAccessError && error.code === 'LEDGER_TOO_LARGE'
}

function noWhenUnread(error: unknown): false {
  if (error instanceof LedgerAccessError) return false
  throw error
}
