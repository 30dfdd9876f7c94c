import type { Codec } from '../encoding/index.ts'
import { list, nullable, record } from '../encoding/index.ts'
import { type Light, lightCodec } from '../light/index.ts'
import { type StateEntry, stateKeyCodec } from '../proofs/index.ts'
import type { CertifiedHeader, Hash, PublicKey } from '../records/index.ts'
import type { Chunk, StateRange } from './chunk.ts'
import type { SyncFault } from './faults.ts'
import { type Snapshot, type SnapshotOffer, SPLITS_MAX, snapshotCodec } from './snapshot.ts'

export type SyncQuestion =
  | { readonly kind: 'epochs'; readonly fromEpoch: number }
  | { readonly kind: 'snapshots' }
  | { readonly kind: 'chunk'; readonly root: Hash; readonly range: StateRange }

export type SyncAnswer =
  | { readonly kind: 'epochs'; readonly handOvers: readonly CertifiedHeader[] }
  | {
      readonly kind: 'snapshots'
      readonly head: CertifiedHeader
      readonly offers: readonly SnapshotOffer[]
    }
  | ({ readonly kind: 'chunk' } & Chunk)
  /** The peer does not have the snapshot that was asked for, or not any more. */
  | { readonly kind: 'unknown' }

export type SyncEvent =
  /** These may be asked too. */
  | { readonly type: 'peers'; readonly peers: readonly PublicKey[] }
  | { readonly type: 'answer'; readonly from: PublicKey; readonly answer: SyncAnswer }
  /** It said no, broke off, or was silent for too long. */
  | { readonly type: 'unanswered'; readonly from: PublicKey; readonly why: string }

export type SyncEffect =
  | { readonly type: 'ask'; readonly to: PublicKey; readonly question: SyncQuestion }
  /** Proven hand-overs in order, for those who begin at the genesis after this node. */
  | { readonly type: 'keep'; readonly handOvers: readonly CertifiedHeader[] }
  /** What was fetched before is of no use: forget it and write the progress, as one. */
  | { readonly type: 'begin'; readonly progress: SyncProgress }
  /** Entries and progress in one write, before any later effect. */
  | {
      readonly type: 'store'
      readonly entries: readonly StateEntry[]
      readonly progress: SyncProgress
    }
  | { readonly type: 'drop'; readonly peer: PublicKey; readonly fault: SyncFault }
  /** All of the state is stored: the ledger goes on from there. */
  | { readonly type: 'complete'; readonly snapshot: Snapshot }
  | {
      readonly type: 'give-up'
      /** `near`: replaying the blocks is as good. `nobody`: no peer gives what is needed. */
      readonly reason: 'near' | 'nobody'
    }

/** What a restart goes on from. */
export interface SyncProgress {
  readonly light: Light
  readonly target: Snapshot
  /** What is still lacking. */
  readonly ranges: readonly StateRange[]
}

const rangeCodec: Codec<StateRange> = record({ from: stateKeyCodec, to: nullable(stateKeyCodec) })

export const syncProgressCodec: Codec<SyncProgress> = record({
  light: lightCodec,
  target: snapshotCodec,
  ranges: list(rangeCodec, SPLITS_MAX + 1)
})

/**
 *          hand-overs        snapshots
 *   new ─────────────> led ───────────> known ── asked for chunks
 *    └───────────────────┴────────────────┴────> dropped, for the rest of this sync
 */
export interface SyncPeer {
  readonly stage: 'new' | 'led' | 'known' | 'dropped'
  /** What it has not answered yet: one question at a time, so that as many answers are held as there are peers. */
  readonly asked: SyncQuestion | null
  readonly offers: readonly SnapshotOffer[]
  /** How often it did not give what it had offered. */
  readonly broken: number
}

export interface SyncState {
  /** Height of the ledger that this node has already. */
  readonly heldHeight: number
  readonly light: Light
  readonly peers: ReadonlyMap<PublicKey, SyncPeer>
  readonly target: Snapshot | null
  /** Of the target's state; those that are asked for are among them. */
  readonly ranges: readonly StateRange[]
  readonly isOver: boolean
}

export interface SyncStep {
  readonly state: SyncState
  readonly effects: readonly SyncEffect[]
}
