/**
 * Where this node sits while sets of coordinators come and go:
 *
 *                 elected: the last block of an epoch names this node's key
 *     ┌──────────┐ ──────────────────────────────────────────> ┌─────────────┐
 *     │ follower │                                             │ coordinator │ ── elected again: a new agreement
 *     └──────────┘ <────────────────────────────────────────── └─────────────┘
 *                 not elected again, or it does not know what it has signed
 *
 * From either place a node that finds itself far behind goes to fetch a snapshot, and takes the place that this one gives it.
 */
import {
  type Evidence,
  membersOf,
  type PublicKey,
  type SignedTransaction,
  type Signer,
  SNAPSHOT_BEHIND_BLOCKS,
  simplexAgreement,
  soloAgreement
} from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import type { Network } from '../network/index.ts'
import {
  AgreementLinks,
  type Colleagues,
  type Coordinator,
  type Courier,
  createFaultCounter,
  openVoteLog,
  provenLag,
  type Replica,
  remoteCourier,
  type SnapshotKeeper,
  startCoordinator,
  startFollower,
  syncBySnapshot,
  type VerifiedSignatures,
  type VoteLog,
  watchLag
} from '../replica/index.ts'

export interface SeatingOptions {
  readonly network: Network
  readonly replica: Replica
  readonly verified: VerifiedSignatures
  /** The node's key, by which it is known as a coordinator. */
  readonly signer: Signer
  /** File of this coordinator's votes; made when it first sits among others. */
  readonly votes: string
  /** Where a snapshot is kept that takes the place of what the node has. */
  readonly keeper: SnapshotKeeper
  /** `replay`: it executes every block itself, however many there are. */
  readonly sync: 'snapshot' | 'replay'
  readonly clock: Clock
  readonly log: (message: string, fields?: Record<string, string>) => void
  readonly fatal: (error: unknown) => void
}

/** More than all members can be guilty of; a set has seven at most. */
const EVIDENCE_KEPT = 16

/** After an attempt the node replays for a while: peers may have something by then that they had not. */
const SYNC_AGAIN_MS = 30_000
/** Where one could not show what it said another is asked, not at every block. */
const PROOF_AGAIN_MS = 5_000

interface Place {
  readonly courier: Courier
  behind(): boolean
  caughtUp(signal: AbortSignal): Promise<void>
  leave(): Promise<void>
}

export class Seating implements Courier {
  readonly #options: SeatingOptions
  readonly #links: AgreementLinks
  readonly #faults: ReturnType<typeof createFaultCounter>
  readonly #remote: Courier
  #votes: VoteLog | 'corrupt' | null = null
  #place: Place | undefined
  /** Resolves when the place is taken. */
  #moving: Promise<void> = Promise.resolve()
  #stopped = false
  readonly #stopping = new AbortController()
  #syncNotBeforeMs = 0
  readonly #tooFar = (height: number, peer: PublicKey): Promise<boolean> =>
    this.#isTooFar(height, peer)
  /** Told to those who begin to listen later too: there is little of it, and it is worth a bond. */
  #evidence: readonly Evidence[] = []
  readonly #accusers = new Set<(evidence: Evidence) => void>()
  readonly #unlisten: () => void

  constructor(options: SeatingOptions) {
    const { network, replica, clock, log } = options
    this.#options = options
    this.#faults = createFaultCounter(clock)
    this.#links = new AgreementLinks({
      network,
      log,
      isShut: this.#faults.isShut,
      addressesOf: member => addressesOf(replica, member)
    })
    this.#remote = remoteCourier(network, () => this.#members())
    // A coordinator moves on when its agreement says so; a follower when it sees a block that names it.
    this.#unlisten = replica.onFinal(({ before, after }) => {
      if (before.epoch.epoch === after.epoch.epoch) return
      log('the coordinators of the next epoch', {
        epoch: `${after.epoch.epoch}`,
        members: after.epoch.members.map(({ name }) => name).join(', ')
      })
      if (this.#place !== undefined && !this.isCoordinator && this.#isMember()) {
        void this.#move([])
      }
    })
  }

  get isCoordinator(): boolean {
    return this.#place?.courier !== this.#remote
  }

  /** Resolves when the first place is taken. */
  sit(): Promise<void> {
    return this.#move([])
  }

  async deliver(
    batch: readonly SignedTransaction[],
    signal?: AbortSignal
  ): ReturnType<Courier['deliver']> {
    await this.#moving
    return await (this.#place?.courier ?? this.#remote).deliver(batch, signal)
  }

  behind(): boolean {
    return this.#place?.behind() ?? true
  }

  async caughtUp(signal: AbortSignal): Promise<void> {
    for (let at: Place | undefined; at !== this.#place || at === undefined; ) {
      await this.#moving
      at = this.#place
      await at?.caughtUp(signal)
    }
  }

  /** A coordinator signed what no honest one signs; those known already are told at once. */
  onEvidence(listener: (evidence: Evidence) => void): () => void {
    this.#accusers.add(listener)
    for (const evidence of this.#evidence) listener(evidence)
    return () => this.#accusers.delete(listener)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopping.abort(new Error('the node stops'))
    this.#unlisten()
    await this.#moving
    await this.#place?.leave()
    this.#links.stop()
    if (this.#votes !== null && this.#votes !== 'corrupt') await this.#votes.close()
  }

  #members(): readonly PublicKey[] {
    return membersOf(this.#options.replica.tip).map(({ key }) => key)
  }

  #isMember(): boolean {
    return this.#members().includes(this.#options.signer.publicKey)
  }

  /**
   * A peer says that the ledger is so high. True if it can show that, and it is too far for this node to go block by block:
   * then the node leaves its place. A liar costs it some questions now and then, and no vote.
   */
  async #isTooFar(height: number, peer: PublicKey): Promise<boolean> {
    const { replica, sync, clock } = this.#options
    const nowMs = clock.nowMs()
    const isFar = height - replica.state().height > SNAPSHOT_BEHIND_BLOCKS
    if (!isFar || sync === 'replay' || nowMs < this.#syncNotBeforeMs) return false
    this.#syncNotBeforeMs = nowMs + PROOF_AGAIN_MS
    const lag = await provenLag(this.#options, peer, this.#stopping.signal).catch(() => 0)
    if (lag <= SNAPSHOT_BEHIND_BLOCKS || this.#stopped) return false
    void this.#move([], () => this.#fetchSnapshot())
    return true
  }

  /** Takes the place that the newest final block gives this node, with what the one before left waiting. */
  #move(
    waiting: readonly SignedTransaction[],
    take: () => Promise<Place> = () => this.#take()
  ): Promise<void> {
    this.#moving = this.#moving.then(async () => {
      if (this.#stopped) return
      await this.#place?.leave()
      this.#place = await take()
      // Nobody waits for these answers: whoever sent them waits for a block, or for their expiry.
      if (waiting.length > 0) void this.#place.courier.deliver(waiting).catch(() => undefined)
    })
    this.#moving.catch(this.#options.fatal)
    return this.#moving
  }

  async #take(): Promise<Place> {
    const members = this.#members()
    if (!this.#isMember()) {
      await this.#links.leave()
      return this.#follow()
    }
    if (members.length === 1) {
      await this.#links.leave()
      const { signer, replica } = this.#options
      const agreement = soloAgreement({ signer, context: replica.context })
      return this.#coordinate(await startCoordinator({ ...this.#options, agreement }))
    }
    const votes = await this.#openVotes()
    return votes === 'corrupt' ? this.#follow() : await this.#sitAmong(members, votes)
  }

  async #sitAmong(members: readonly PublicKey[], votes: VoteLog): Promise<Place> {
    const { signer, verified, replica } = this.#options
    const { context } = replica
    const agreement = simplexAgreement({ signer, context, remember: verified.remember })
    const colleagues = this.#colleagues(members, votes)
    return this.#coordinate(await startCoordinator({ ...this.#options, agreement, colleagues }))
  }

  #coordinate(coordinator: Coordinator): Place {
    const leaving = new AbortController()
    void coordinator.over.then(waiting => this.#move(waiting))
    const learn: Coordinator['learn'] = (from, blocks) => coordinator.learn(from, blocks)
    void watchLag({ ...this.#options, learn, isTooFar: this.#tooFar }, leaving.signal)
    return {
      courier: coordinator,
      behind: () => false,
      caughtUp: () => Promise.resolve(),
      async leave() {
        leaving.abort()
        await coordinator.stop()
      }
    }
  }

  /** A coordinator does not vote meanwhile; what it has signed stays in its log, and binds it when it is back. */
  async #fetchSnapshot(): Promise<Place> {
    await this.#links.leave()
    const { clock, log, fatal } = this.#options
    const leaving = new AbortController()
    const ended = syncBySnapshot(this.#options, leaving.signal)
      .then(outcome => {
        this.#syncNotBeforeMs = clock.nowMs() + SYNC_AGAIN_MS
        if (outcome === 'nobody') log('no peer gives a snapshot now, the blocks are replayed')
      })
      .catch(fatal)
    void ended.then(() => {
      if (!leaving.signal.aborted) void this.#move([])
    })
    return {
      courier: this.#remote,
      behind: () => true,
      caughtUp: signal => unlessAborted(ended, signal),
      async leave() {
        leaving.abort()
        await ended
      }
    }
  }

  #follow(): Place {
    const { replica } = this.#options
    const follower = startFollower({
      ...this.#options,
      coordinators: () => this.#members(),
      isTooFar: this.#tooFar
    })
    return {
      courier: this.#remote,
      behind: () => follower.knownHeight() > replica.state().height,
      caughtUp: signal => follower.caughtUp(signal),
      leave: () => follower.stop()
    }
  }

  /** Whoever does not know what it has signed does not sign: it only follows the others. */
  async #openVotes(): Promise<VoteLog | 'corrupt'> {
    if (this.#votes !== null) return this.#votes
    const opened = await openVoteLog(this.#options.votes)
    if (opened.kind === 'corrupt') {
      const message = `this coordinator does not vote any more, it only follows the others: ${opened.message}`
      this.#options.log(message)
      await this.#links.leave(message)
    }
    this.#votes = opened.kind === 'corrupt' ? 'corrupt' : opened.log
    return this.#votes
  }

  #colleagues(members: readonly PublicKey[], votes: VoteLog): Colleagues {
    const { log } = this.#options
    return {
      votes,
      link: take => this.#links.join(members, take),
      onEvidence: evidence => {
        const { signer: key } = evidence.first.vote
        const { kind, view } = evidence.first.subject
        const message = `a coordinator contradicted itself: ${kind} and ${evidence.second.subject.kind}`
        log(message, { key, view: `${view}` })
        this.#evidence = [...this.#evidence.slice(1 - EVIDENCE_KEPT), evidence]
        for (const accuse of this.#accusers) accuse(evidence)
      },
      onRefused: (from, { code, message }) => {
        const { total, shuts } = this.#faults.count(from, code)
        if (shuts) log('a coordinator is shut out for a minute', { key: from })
        // A liar may send thousands: each power of two is told.
        if ((total & (total - 1)) !== 0) return
        log(`a coordinator's message was refused: ${message}`, {
          key: from,
          code,
          count: `${total}`
        })
      }
    }
  }
}

/** Where a coordinator that was elected said its node would be found. */
function addressesOf(replica: Replica, member: PublicKey): readonly string[] {
  for (const { key, addresses } of replica.state().candidates()) {
    if (key === member) return addresses
  }
  return []
}

function unlessAborted(ended: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void =>
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted, { once: true })
    void ended.then(resolve).finally(() => signal.removeEventListener('abort', aborted))
  })
}
