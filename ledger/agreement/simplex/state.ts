import type { ChainFault, Outcome, Tip } from '../../chain/index.ts'
import type {
  Block,
  Certificate,
  Hash,
  LogRecord,
  Notarization,
  Nullification,
  ProposeMessage,
  PublicKey,
  SignedVote
} from '../../records/index.ts'
import type { Mempool } from '../mempool.ts'

/** What does not change while a coordinator runs. */
export interface Seat {
  readonly key: PublicKey
  /** In leading order. */
  readonly members: readonly PublicKey[]
  readonly quorum: number
  readonly setHash: Hash
  readonly epoch: number
}

export type Votes = ReadonlyMap<PublicKey, SignedVote>

/** All that is known about one view. */
export interface Round {
  readonly view: number
  readonly proposal: { readonly hash: Hash; readonly message: ProposeMessage } | null
  /** The proposal may not be voted for. */
  readonly refused: Hash | null
  readonly notarize: Votes
  readonly nullify: Votes
  readonly finalize: Votes
  readonly notarization: Notarization | null
  readonly nullification: Nullification | null
  readonly finalization: Certificate | null
  /** Members whose contradiction in this view was told. */
  readonly accused: ReadonlySet<PublicKey>
}

/** What came out of executing a block on its parent. */
export type Run =
  | { readonly ok: true; readonly tip: Tip; readonly outcomes: readonly Outcome[] }
  | { readonly ok: false; readonly fault: ChainFault }

/** A block above the final one. */
export interface Branch {
  readonly hash: Hash
  readonly block: Block
  /** null: not executed yet. */
  readonly run: Run | null
  /** The body is in the log. */
  readonly logged: boolean
}

/** Something that was asked of a peer. */
export interface Fetch {
  /** How many peers were asked before. */
  readonly tries: number
  readonly againMs: number
}

export interface SimplexState {
  readonly seat: Seat
  /** The newest final block. */
  readonly final: Tip
  /** That it is; null at the genesis, or where only a descendant's is known. */
  readonly finalCertificate: Certificate | null
  readonly view: number
  readonly enteredMs: number
  /** When this view is given up; null while nobody wants a block. */
  readonly deadlineMs: number | null
  /** How often this view has timed out. */
  readonly timeouts: number
  /** Arrivals of the pool when it was last looked through for this view. */
  readonly seenArrivals: number
  /** Views given up since a block was last final. */
  readonly nullified: number
  /** Views in a row in which a leader was not heard. */
  readonly silent: ReadonlyMap<PublicKey, number>
  /** Views above the final one. */
  readonly rounds: ReadonlyMap<number, Round>
  readonly branches: ReadonlyMap<Hash, Branch>
  /** By block, or `final` for final blocks. */
  readonly fetches: ReadonlyMap<string, Fetch>
  readonly pool: Mempool
  /** Certificates that wait for the next write: others hold them too, so they cost no write of their own. */
  readonly unwritten: readonly LogRecord[]
  readonly nextWrite: number
  readonly timerMs: number
}

export function emptyRound(view: number): Round {
  return {
    view,
    proposal: null,
    refused: null,
    notarize: new Map(),
    nullify: new Map(),
    finalize: new Map(),
    notarization: null,
    nullification: null,
    finalization: null,
    accused: new Set()
  }
}

export function leaderOf(seat: Seat, view: number): PublicKey {
  const leader = seat.members[view % seat.members.length]
  if (leader === undefined) throw new Error(`nobody leads view ${view}`)
  return leader
}
