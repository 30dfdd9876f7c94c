import {
  type CertifiedBlock,
  type ChainContext,
  type CompactRange,
  changes,
  type FinalRecord,
  followBlock,
  type Genesis,
  type Hash,
  hashTransaction,
  type LedgerState,
  type Outcome,
  type SignedTransaction,
  type Tip
} from '../../ledger/index.ts'
import type {
  AwaitedInclusion,
  Fate,
  Inclusion,
  LedgerAccess,
  LedgerPoint,
  Look
} from '../ledger-access/index.ts'
import type { ChainKeeper } from './chain-keeper.ts'

/** What became final with one block. */
export interface FinalBlock {
  readonly certified: CertifiedBlock
  /** Of all headers before this one. */
  readonly log: CompactRange
  readonly before: LedgerState
  readonly after: LedgerState
  readonly outcomes: readonly Outcome[]
}

/** A block that does not follow from what this node has checked itself. */
export class ForeignBlock extends Error {
  override readonly name: string = 'ForeignBlock'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The blocks that were asked for lie before the snapshot from which this node began. */
export class BlocksNotHeld extends Error {
  override readonly name: string = 'BlocksNotHeld'
  readonly code = 'BLOCKS_NOT_HELD'
}

/** A block has a mebibyte at most. Whoever follows is further behind only for a moment. */
const NEWEST_MAX = 8

/**
 * This node's own copy of the ledger: every block is checked and executed here, and is on disk before
 * anybody hears of it.
 */
export class Replica implements LedgerAccess {
  readonly kind = 'full'
  readonly context: ChainContext
  readonly #store: ChainKeeper
  readonly #listeners = new Set<(final: FinalBlock) => void>()
  readonly #jumpListeners = new Set<() => void>()
  #tip: Tip
  #baseHeight: number
  /** The last blocks up to the head: what those who follow ask for. */
  #newest: readonly CertifiedBlock[] = []
  #appending: Promise<unknown> = Promise.resolve()

  /** `baseHeight` is that of the snapshot which the store began from. */
  constructor(context: ChainContext, store: ChainKeeper, tip: Tip, baseHeight: number = 0) {
    this.context = context
    this.#store = store
    this.#tip = tip
    this.#baseHeight = baseHeight
  }

  get network(): Hash {
    return this.context.network
  }

  get tip(): Tip {
    return this.#tip
  }

  /** Blocks up to this height are not held; 0 where all are. */
  get baseHeight(): number {
    return this.#baseHeight
  }

  hashOf(transaction: SignedTransaction): Hash {
    return hashTransaction(transaction, this.context.crypto)
  }

  state(): LedgerState {
    return this.#tip.state
  }

  get genesis(): Genesis {
    return this.#tip.state.genesis
  }

  head(): LedgerPoint {
    const { state, block } = this.#tip
    return { height: state.height, timeMs: state.timeMs, block, stateRoot: state.root() }
  }

  read<T>(look: Look<T>): Promise<T> {
    return Promise.resolve(this.state()).then(look)
  }

  onHead(listener: (head: LedgerPoint) => void): () => void {
    const tell = (): void => listener(this.head())
    return this.#onMove(tell, tell)
  }

  /** Checks, executes, persists and announces the next block. Blocks already held are passed over. */
  append(certified: CertifiedBlock): Promise<void> {
    const turn = this.#appending.then(() => this.#append(certified))
    this.#appending = turn.catch(() => undefined)
    return turn
  }

  async #append(certified: CertifiedBlock): Promise<void> {
    const { height } = certified.block.header
    if (height <= this.#tip.state.height) return
    const executed = followBlock(this.#tip, certified, this.context)
    if (!executed.ok) {
      throw new ForeignBlock(executed.fault.code, `block ${height}: ${executed.fault.message}`)
    }
    const changed = changes(this.#tip.state, executed.tip.state)
    // Whoever only follows can ask for it again.
    await this.persist([{ type: 'final', certified, tip: executed.tip, changes: changed }], false)
    this.adopt(certified, executed.tip, executed.outcomes)
  }

  /** Written as one when it resolves; see `ChainKeeper`. */
  async persist(records: readonly FinalRecord[], synced: boolean): Promise<void> {
    await this.#store.append(records, synced)
  }

  /** All that was persisted outlives a power cut when this resolves. */
  sync(): Promise<void> {
    return this.#store.sync()
  }

  /** A persisted block becomes the head, and everybody hears of it. */
  adopt(certified: CertifiedBlock, tip: Tip, outcomes: readonly Outcome[]): void {
    const { state: before, log } = this.#tip
    this.#tip = tip
    this.#newest = [...this.#newest.slice(1 - NEWEST_MAX), certified]
    const final: FinalBlock = { certified, log, before, after: tip.state, outcomes }
    const failures: unknown[] = []
    // One listener that fails must not keep the block from the others.
    for (const listener of this.#listeners) {
      try {
        listener(final)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  /**
   * The ledger goes on from a snapshot that is stored. Nobody appends meanwhile; what became final between is told to
   * nobody, and the next block is compared with the snapshot.
   */
  jump(tip: Tip): void {
    this.#tip = tip
    this.#newest = []
    this.#baseHeight = tip.state.height
    for (const listener of this.#jumpListeners) listener()
  }

  onFinal(listener: (final: FinalBlock) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves as soon as a final state satisfies the condition. */
  until(condition: (state: LedgerState) => boolean, signal: AbortSignal): Promise<void> {
    if (condition(this.state())) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition(this.state())) return
        end()
        resolve()
      }
      const stop = this.#onMove(look, look)
      const aborted = (): void => {
        end()
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
      }
      const end = (): void => {
        stop()
        signal.removeEventListener('abort', aborted)
      }
      if (signal.aborted) aborted()
      else signal.addEventListener('abort', aborted)
    })
  }

  inclusionOf(signed: SignedTransaction): AwaitedInclusion {
    const hash = this.hashOf(signed)
    const { expiryHeight } = signed.transaction
    let stop: () => void = () => undefined
    const promise = new Promise<Fate>(resolve => {
      const look = (final: FinalBlock): void => {
        const found = inclusionIn(final, hash)
        if (found === null && final.after.height <= expiryHeight) return
        stop()
        resolve(found ?? 'expired')
      }
      stop = this.#onMove(look, () => {
        stop()
        resolve('passed')
      })
    })
    return { promise, cancel: stop }
  }

  #onMove(onFinal: (final: FinalBlock) => void, onJump: () => void): () => void {
    const stop = this.onFinal(onFinal)
    this.#jumpListeners.add(onJump)
    return () => {
      stop()
      this.#jumpListeners.delete(onJump)
    }
  }

  /** What is stored from this height on, up to another. Throws `BlocksNotHeld` where that is before the first. */
  async *blocks(
    fromHeight: number,
    toHeight: number = Infinity
  ): AsyncGenerator<CertifiedBlock, void, void> {
    const base = this.#baseHeight
    if (fromHeight <= base) {
      // The snapshot's own block is nothing that is missing yet for whoever looks at the newest one.
      if (fromHeight === this.#tip.state.height) return
      const message = `this node began from a snapshot of height ${base} and holds no block before ${base + 1}; ${fromHeight} was asked for`
      throw new BlocksNotHeld(message)
    }
    for await (const certified of this.#store.blocks(fromHeight)) {
      const { height } = certified.block.header
      if (height > toHeight) return
      yield certified
      if (height === toHeight) return
    }
  }

  /** The blocks from this height on, where all of them are among the last few; otherwise none. */
  newestFrom(fromHeight: number): readonly CertifiedBlock[] {
    const first = this.#newest.findIndex(({ block }) => block.header.height === fromHeight)
    return first < 0 ? [] : this.#newest.slice(first)
  }
}

function inclusionIn(final: FinalBlock, hash: Hash): Inclusion | null {
  const outcome = final.outcomes.find(each => each.hash === hash)
  if (outcome === undefined) return null
  return {
    height: final.after.height,
    result: outcome.rejection?.code ?? null,
    message: outcome.rejection?.message ?? null
  }
}
