/** States that this node keeps for those who are far behind: old ones share most of their tree with the present one. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Chunk,
  cutChunk,
  type LedgerState,
  type SnapshotOffer,
  splitsOf
} from '../../ledger/index.ts'
import {
  type ChunkRequest,
  type LedgerRefusal,
  SNAPSHOTS_MAX
} from '../../protocols/ledger/index.ts'
import type { Clock } from '../clock.ts'
import { headerOf } from './hand-overs.ts'
import type { FinalBlock, Replica } from './replica.ts'

/**
 * At every height that so many divide a node keeps the state, and at the first one after its start. The heights are the
 * same on all nodes, so that a newcomer finds one state with several of them: about every twenty minutes of an idle
 * ledger, every half minute of a busy one.
 */
const EVERY_BLOCKS = 256
/** Whoever has asked no later than this ago is still fetching. */
const FETCHING_MS = 60_000
/** Nobody holds a snapshot for longer: at a mebibyte a second that is a state of three gibibytes. */
const KEPT_MS_MAX = 3_600_000
/** Cutting chunks takes half of this process's time at most: after each, so much time of others is waited for. */
const REST_PER_WORK = 1

interface Kept {
  readonly offer: SnapshotOffer
  readonly state: LedgerState
  readonly sinceMs: number
  askedMs: number
}

export class ServedSnapshots {
  readonly #clock: Clock
  /** The newest first. */
  #kept: readonly Kept[] = []
  #turn: Promise<unknown> = Promise.resolve()

  constructor(replica: Replica, clock: Clock) {
    this.#clock = clock
    replica.onFinal(final => {
      const { height } = final.after
      if (this.#kept.length === 0 || height % EVERY_BLOCKS === 0) this.#keep(final)
    })
  }

  offers(): readonly SnapshotOffer[] {
    return this.#kept.map(({ offer }) => offer)
  }

  /** Those who ask are served one after the other; the caller bounds how many wait. */
  chunk(request: ChunkRequest): Promise<Chunk | LedgerRefusal> {
    const turn = this.#turn.then(() => this.#cut(request))
    const rested = turn.then(async ({ tookMs }) => {
      if (tookMs > 0) await delay(REST_PER_WORK * tookMs)
    })
    this.#turn = rested.catch(() => undefined)
    return turn.then(({ said }) => said)
  }

  #cut({ root, from, to }: ChunkRequest): {
    readonly said: Chunk | LedgerRefusal
    readonly tookMs: number
  } {
    const kept = this.#kept.find(({ offer }) => offer.certified.header.stateRoot === root)
    if (kept === undefined) {
      const message = `the state ${root} is not kept here, or not any more`
      return { said: { code: 'SNAPSHOT_UNKNOWN', message }, tookMs: 0 }
    }
    const begunMs = this.#clock.nowMs()
    kept.askedMs = begunMs
    const said = cutChunk(kept.state, { from, to })
    return { said, tookMs: Math.max(0, this.#clock.nowMs() - begunMs) }
  }

  /** The newest two stay; of the others those that somebody is fetching. While all are fetched no new one is kept. */
  #keep({ certified, after, log }: FinalBlock): void {
    const nowMs = this.#clock.nowMs()
    const used = this.#kept.filter((each, at) => at === 0 || isFetched(each, nowMs))
    if (used.length >= SNAPSHOTS_MAX) return
    const offer = { certified: headerOf(certified), log: log.full, splits: splitsOf(after) }
    this.#kept = [{ offer, state: after, sinceMs: nowMs, askedMs: 0 }, ...used]
  }
}

function isFetched({ askedMs, sinceMs }: Kept, nowMs: number): boolean {
  return nowMs - askedMs <= FETCHING_MS && nowMs - sinceMs <= KEPT_MS_MAX
}
