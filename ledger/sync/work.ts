import type { Crypto } from '../crypto/index.ts'
import type { Light } from '../light/index.ts'
import type { PublicKey } from '../records/index.ts'
import type { StateRange } from './chunk.ts'
import type { SyncFault } from './faults.ts'
import type { Snapshot } from './snapshot.ts'
import type { SyncEffect, SyncPeer, SyncProgress, SyncState, SyncStep } from './state.ts'

const STRANGER: SyncPeer = { stage: 'new', asked: null, offers: [], broken: 0 }

/** Peers asked at once: a few fill any line, and each may have an answer of half a mebibyte under way. */
export const SYNC_PEERS_MAX = 8

/** One step being made: the state it will end in and what it asks for. */
export class SyncWork {
  readonly crypto: Crypto
  readonly nowMs: number
  readonly heldHeight: number
  light: Light
  target: Snapshot | null
  ranges: readonly StateRange[]
  isOver: boolean
  readonly peers: Map<PublicKey, SyncPeer>
  readonly #effects: SyncEffect[] = []

  constructor(state: SyncState, crypto: Crypto, nowMs: number) {
    this.crypto = crypto
    this.nowMs = nowMs
    this.heldHeight = state.heldHeight
    this.light = state.light
    this.target = state.target
    this.ranges = state.ranges
    this.isOver = state.isOver
    this.peers = new Map(state.peers)
  }

  emit(effect: SyncEffect): void {
    this.#effects.push(effect)
  }

  /** One above the limit is told of again later, and takes the place of one that was dropped. */
  welcome(peer: PublicKey): void {
    const asked = [...this.peers.values()].filter(({ stage }) => stage !== 'dropped')
    if (this.peers.has(peer) || asked.length >= SYNC_PEERS_MAX) return
    this.peers.set(peer, STRANGER)
  }

  change(peer: PublicKey, change: Partial<SyncPeer>): void {
    this.peers.set(peer, { ...(this.peers.get(peer) ?? STRANGER), ...change })
  }

  drop(peer: PublicKey, fault: SyncFault): void {
    this.change(peer, { stage: 'dropped', asked: null, offers: [] })
    this.emit({ type: 'drop', peer, fault })
  }

  progressOn(target: Snapshot): SyncProgress {
    return { light: this.light, target, ranges: this.ranges }
  }

  step(): SyncStep {
    const { heldHeight, light, peers, target, ranges, isOver } = this
    return {
      state: { heldHeight, light, peers, target, ranges, isOver },
      effects: this.#effects
    }
  }
}
