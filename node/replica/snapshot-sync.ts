/** Carries out what `stepSync` decides: asks peers, stores what they prove, and lets the replica go on from there. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  type CertifiedHeader,
  type PublicKey,
  type Snapshot,
  type SyncAnswer,
  type SyncEffect,
  type SyncEvent,
  type SyncQuestion,
  type SyncState,
  startSync,
  stepSync
} from '../../ledger/index.ts'
import { askChunk, askEpochs, askSnapshots, EPOCHS_MAX } from '../../protocols/ledger/index.ts'
import type { Clock } from '../clock.ts'
import { type Network, within } from '../network/index.ts'
import type { SnapshotKeeper } from './chain-keeper.ts'
import { HandOvers } from './hand-overs.ts'
import { lightOf } from './proven-lag.ts'
import type { Replica } from './replica.ts'

export interface SnapshotSyncOptions {
  readonly network: Pick<Network, 'open' | 'serving' | 'key'>
  readonly replica: Replica
  readonly keeper: SnapshotKeeper
  readonly clock: Clock
  readonly log: (message: string, fields?: Record<string, string>) => void
}

export type SyncOutcome = 'complete' | 'near' | 'nobody' | 'stopped'

/** A peer that is well answers at once; one that serves many lets each wait for some seconds. */
const IDLE_MS = 10_000
/** Half a mebibyte on a line of a megabit a second takes four. */
const ANSWER_MS = 30_000
/** New connections are looked for this often. */
const PEERS_MS = 2_000
/** What a peer says that will have an answer in a moment: all its places are taken, or it has seen no block since its start. */
const LATER: ReadonlySet<string> = new Set(['SNAPSHOT_BUSY', 'HEIGHT_UNKNOWN'])
const LATER_MS = 1_000
/** Longer than an idle ledger goes without a block, and than eight chunks take. */
const LATER_TRIES = 15
/** A node that has just started knows one peer at first: of several, the snapshot is chosen that most of them have. */
const FIRST_PEERS = { wanted: 3, lookMs: 250, looks: 8 }

/**
 * Nobody else appends to the replica meanwhile. What was stored is gone on from the next time, however this one ends.
 * Rejects where the disk fails.
 */
export async function syncBySnapshot(
  options: SnapshotSyncOptions,
  signal: AbortSignal
): Promise<SyncOutcome> {
  const { replica, keeper } = options
  const progress = await keeper.progress()
  const held = replica.tip
  const state = startSync(lightOf(held), held.state.height, progress)
  if (state.target !== null) {
    options.log('going on with a snapshot', {
      height: `${state.target.certified.header.height}`,
      ranges: `${state.ranges.length}`
    })
  }
  return await new SyncRun(options, state, signal).toEnd()
}

class SyncRun {
  readonly #options: SnapshotSyncOptions
  readonly #signal: AbortSignal
  /** Ends what is still under way when the sync is over. */
  readonly #over = new AbortController()
  readonly #events: SyncEvent[] = []
  #wake: () => void = () => undefined
  #state: SyncState
  #outcome: SyncOutcome | undefined

  constructor(options: SnapshotSyncOptions, state: SyncState, signal: AbortSignal) {
    this.#options = options
    this.#state = state
    this.#signal = AbortSignal.any([signal, this.#over.signal])
    signal.addEventListener('abort', () => this.#wake(), { once: true })
  }

  /** One event after the other: at most one answer of each peer waits here. */
  async toEnd(): Promise<SyncOutcome> {
    const { replica, clock } = this.#options
    try {
      await this.#findFirstPeers()
      void this.#keepLooking()
      while (this.#outcome === undefined && !this.#signal.aborted) {
        const event = this.#events.shift()
        if (event === undefined) {
          await new Promise<void>(resolve => {
            this.#wake = resolve
          })
          continue
        }
        const step = stepSync(this.#state, event, replica.context.crypto, clock.nowMs())
        this.#state = step.state
        for (const effect of step.effects) await this.#carryOut(effect)
      }
      return this.#outcome ?? 'stopped'
    } finally {
      this.#over.abort()
    }
  }

  #feed(event: SyncEvent): void {
    this.#events.push(event)
    this.#wake()
  }

  async #findFirstPeers(): Promise<void> {
    for (let look = 0; look < FIRST_PEERS.looks && !this.#signal.aborted; look++) {
      if ((await this.#peers()).length >= FIRST_PEERS.wanted) break
      await delay(FIRST_PEERS.lookMs, undefined, { signal: this.#signal }).catch(() => undefined)
    }
    await this.#lookForPeers()
  }

  async #lookForPeers(): Promise<void> {
    this.#feed({ type: 'peers', peers: await this.#peers() })
  }

  async #peers(): Promise<readonly PublicKey[]> {
    const { network } = this.#options
    return (await network.serving('ledger')).filter(key => key !== network.key)
  }

  async #keepLooking(): Promise<void> {
    while (!this.#signal.aborted) {
      await delay(PEERS_MS, undefined, { signal: this.#signal }).catch(() => undefined)
      if (!this.#signal.aborted) await this.#lookForPeers().catch(() => undefined)
    }
  }

  async #carryOut(effect: SyncEffect): Promise<void> {
    const { keeper, log } = this.#options
    switch (effect.type) {
      case 'ask':
        void this.#ask(effect.to, effect.question)
        return
      case 'keep':
        await keeper.keepHandOvers(effect.handOvers)
        return
      case 'begin':
        await keeper.begin(effect.progress)
        log('fetching a snapshot', {
          height: `${effect.progress.target.certified.header.height}`,
          peers: `${this.#state.peers.size}`
        })
        return
      case 'store':
        await keeper.store(effect.entries, effect.progress)
        return
      case 'drop':
        log(`a peer is not asked any more: ${effect.fault.message}`, {
          key: effect.peer,
          code: effect.fault.code
        })
        return
      case 'complete':
        this.#outcome = await this.#complete(effect.snapshot)
        return
      case 'give-up':
        this.#outcome = effect.reason
        return
    }
  }

  async #ask(to: PublicKey, question: SyncQuestion): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const answer = await within(ANSWER_MS, this.#signal, limit =>
          this.#answerTo(to, question, limit)
        )
        this.#feed({ type: 'answer', from: to, answer })
        return
      } catch (error) {
        const isLater = error instanceof Refused && LATER.has(error.code)
        if (isLater && tries < LATER_TRIES && !this.#signal.aborted) {
          await delay(LATER_MS, undefined, { signal: this.#signal }).catch(() => undefined)
          continue
        }
        const why = error instanceof Error ? error.message : String(error)
        this.#feed({ type: 'unanswered', from: to, why })
        return
      }
    }
  }

  async #answerTo(to: PublicKey, question: SyncQuestion, signal: AbortSignal): Promise<SyncAnswer> {
    const stream = await this.#options.network.open('ledger', to, { signal })
    const waiting = { signal, idleMs: IDLE_MS }
    switch (question.kind) {
      case 'epochs':
        return answered(await askEpochs(stream, question.fromEpoch, waiting))
      case 'snapshots':
        return answered(await askSnapshots(stream, waiting))
      case 'chunk': {
        const { root, range } = question
        const reply = await askChunk(stream, { root, ...range }, waiting)
        const isUnknown = reply.kind === 'refused' && reply.code === 'SNAPSHOT_UNKNOWN'
        return isUnknown ? { kind: 'unknown' } : answered(reply)
      }
    }
  }

  async #complete(snapshot: Snapshot): Promise<SyncOutcome> {
    const { replica, keeper, log } = this.#options
    const { header } = snapshot.certified
    await this.#keepHandOvers(snapshot.certified)
    const { genesis } = replica.state()
    try {
      replica.jump(await keeper.complete(snapshot, genesis, replica.context.crypto))
    } catch (error) {
      if (!isDamage(error)) throw error
      log(`the snapshot is fetched anew: ${error.message}`, { code: error.code })
      return 'nobody'
    }
    log('the ledger goes on from a snapshot', {
      height: `${header.height}`,
      stateRoot: header.stateRoot
    })
    return 'complete'
  }

  /** The blocks that this node has go with the older state: what newcomers need of them is kept. */
  async #keepHandOvers(last: CertifiedHeader): Promise<void> {
    const { replica, keeper } = this.#options
    const own = new HandOvers(replica, keeper)
    for (let epoch = 0; ; epoch += EPOCHS_MAX) {
      const found = await own.from(epoch, EPOCHS_MAX)
      await keeper.keepHandOvers(found)
      if (found.length < EPOCHS_MAX) break
    }
    if (last.header.nextSet !== null) await keeper.keepHandOvers([last])
  }
}

function answered<A extends { readonly kind: string }>(
  reply: A
): Exclude<A, { readonly kind: 'refused' }> {
  if (reply.kind !== 'refused') return reply as Exclude<A, { readonly kind: 'refused' }>
  const { code, message } = reply as A & { readonly code: string; readonly message: string }
  throw new Refused(code, message)
}

class Refused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

function isDamage(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && error.code === 'STORE_DAMAGED'
}
