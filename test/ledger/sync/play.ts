/** Lets a sync run against peers, with a disk that remembers what was stored and a power switch. */
import {
  decodeAs,
  encodeAs,
  type Hash,
  type PublicKey,
  restoreState,
  type Snapshot,
  type SyncEffect,
  type SyncEvent,
  type SyncProgress,
  type SyncState,
  startSync,
  stepSync,
  syncProgressCodec
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { epochsGenesis } from '../../support/header-chain.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import type { Peer, SnapshotWorld } from '../../support/snapshots.ts'

export interface PlayOptions {
  readonly world: SnapshotWorld
  /** By name; a sync is told of all of them at once. */
  readonly peers: Readonly<Record<PublicKey, Peer>>
  /** In which order answers come; first come, first served without it. */
  readonly random?: SeededRandom
  readonly heldHeight?: number
  /** The power goes before the effect with this number, counted from 0. */
  readonly crashBefore?: number
  readonly disk?: SyncDisk
  /** Called with each chunk's question before it is answered. */
  readonly onChunk?: (asked: number) => void
}

export class SyncDisk {
  readonly entries: Map<string, Uint8Array> = new Map()
  #progress: Uint8Array | null = null

  get progress(): SyncProgress | null {
    return this.#progress === null ? null : decodeAs(syncProgressCodec, this.#progress)
  }

  begin(progress: SyncProgress): void {
    this.entries.clear()
    this.#progress = encodeAs(syncProgressCodec, progress)
  }

  store({ entries, progress }: Extract<SyncEffect, { type: 'store' }>): void {
    for (const [key, value] of entries) this.entries.set(key, value)
    this.#progress = encodeAs(syncProgressCodec, progress)
  }

  root({ certified }: Snapshot): Hash {
    const { height, timeMs } = certified.header
    const at = { height, timeMs }
    return restoreState(epochsGenesis, testCrypto, at, this.entries).root()
  }
}

export interface Played {
  readonly disk: SyncDisk
  readonly snapshot: Snapshot | null
  readonly gaveUp: 'near' | 'nobody' | null
  readonly crashed: boolean
  /** Codes of those who were dropped. */
  readonly dropped: Readonly<Record<PublicKey, string>>
  readonly handOvers: number
  readonly effects: number
  /** Chunks by the peer that was asked. */
  readonly chunks: Readonly<Record<PublicKey, number>>
}

export function play(options: PlayOptions): Played {
  const { world, peers, heldHeight = 0, disk = new SyncDisk() } = options
  const run = new Run(options, disk, startSync(world.light, heldHeight, disk.progress))
  run.feed({ type: 'peers', peers: Object.keys(peers) })
  return run.toEnd()
}

class Run {
  readonly #options: PlayOptions
  readonly #disk: SyncDisk
  #state: SyncState
  #events: SyncEvent[] = []
  #snapshot: Snapshot | null = null
  #gaveUp: Played['gaveUp'] = null
  #crashed = false
  #effects = 0
  #handOvers = 0
  readonly #dropped: Record<PublicKey, string> = {}
  readonly #chunks: Record<PublicKey, number> = {}

  constructor(options: PlayOptions, disk: SyncDisk, state: SyncState) {
    this.#options = options
    this.#disk = disk
    this.#state = state
  }

  feed(event: SyncEvent): void {
    this.#events.push(event)
  }

  toEnd(): Played {
    while (this.#events.length > 0 && !this.#crashed) {
      const { random, world } = this.#options
      const at = random?.integer(this.#events.length) ?? 0
      const [event] = this.#events.splice(at, 1)
      if (event === undefined) break
      const step = stepSync(this.#state, event, testCrypto, world.nowMs)
      this.#state = step.state
      for (const effect of step.effects) {
        if (this.#effects === this.#options.crashBefore) this.#crashed = true
        if (this.#crashed) break
        this.#effects += 1
        this.#carryOut(effect)
      }
    }
    return {
      disk: this.#disk,
      snapshot: this.#snapshot,
      gaveUp: this.#gaveUp,
      crashed: this.#crashed,
      dropped: this.#dropped,
      handOvers: this.#handOvers,
      effects: this.#effects,
      chunks: this.#chunks
    }
  }

  #carryOut(effect: SyncEffect): void {
    switch (effect.type) {
      case 'ask':
        return this.#ask(effect)
      case 'keep':
        this.#handOvers += effect.handOvers.length
        return
      case 'begin':
        return this.#disk.begin(effect.progress)
      case 'store':
        return this.#disk.store(effect)
      case 'drop':
        this.#dropped[effect.peer] = effect.fault.code
        return
      case 'complete':
        this.#snapshot = effect.snapshot
        return
      case 'give-up':
        this.#gaveUp = effect.reason
        return
    }
  }

  #ask({ to, question }: Extract<SyncEffect, { type: 'ask' }>): void {
    if (question.kind === 'chunk') {
      this.#chunks[to] = (this.#chunks[to] ?? 0) + 1
      this.#options.onChunk?.(Object.values(this.#chunks).reduce((sum, each) => sum + each, 0))
    }
    const answer = this.#options.peers[to]?.(question) ?? null
    this.feed(
      answer === null
        ? { type: 'unanswered', from: to, why: 'silence' }
        : { type: 'answer', from: to, answer }
    )
  }
}
