import {
  type Hash,
  type MigrationRecord,
  type SignedReceipt,
  type Uuid,
  verifyReceipt
} from '../../ledger/index.ts'
import { type OrderProgress, UNCOUNTED } from '../../protocols/order/index.ts'
import {
  type Destination,
  type DestinationEffect,
  type DestinationEvent,
  type DestinationJournal,
  type Req,
  refuseWord,
  startDestination,
  stepDestination,
  type VmmpChannel,
  type WordRefusal
} from '../../protocols/vmmp/index.ts'
import { askOrigin } from './ask-origin.ts'
import { announce } from './effect-channel.ts'
import { isKeptVersion } from './held-copy.ts'
import type { MoveOptions } from './options.ts'
import { Transfer } from './transfer.ts'
import { whyWithheld } from './withheld.ts'

const TICK_MS = 1_000
/** Owners read it, and look for how it begins: `protocols/order/SPEC.md`. */
const AWAITS_WORD =
  "waiting for the owner's word (machine vouch): every byte is here, the origin signs no receipt"

/**
 * Drives the destination's machine of `protocols/vmmp/destination.ts` for one move. Events are taken one at a
 * time; long work (pulling, submitting) runs beside, so that heartbeats and the ledger are heard meanwhile.
 */
export class Arrival {
  readonly #options: MoveOptions
  readonly #machine: Uuid
  readonly #stopped = new AbortController()
  readonly #watchers = new Set<(news: OrderProgress) => void>()
  readonly #ended: Promise<void>
  #end: () => void = () => undefined
  readonly #decided: Promise<void>
  #decide: () => void = () => undefined
  #state: Destination
  #migration: Hash | null = null
  #queue: Promise<void> = Promise.resolve()
  #requester: VmmpChannel | null = null
  #transfer: Transfer | null = null
  /** A former run of this node began it. */
  #resumed = false
  /** The bytes lie in the machine's place, whether or not the ledger will have it so. */
  #installed = false
  /** What kept the origin's receipt back when it was asked last. */
  #withheldWhy: string | null = null
  #progress: OrderProgress = { step: 'checking the ledger', ...UNCOUNTED }
  readonly #timer: ReturnType<typeof setInterval>

  private constructor(options: MoveOptions, machine: Uuid, state: Destination) {
    this.#options = options
    this.#machine = machine
    this.#state = state
    this.#ended = new Promise(resolve => {
      this.#end = resolve
    })
    this.#decided = new Promise(resolve => {
      this.#decide = resolve
    })
    this.#timer = setInterval(
      () => this.feed({ type: 'tick', nowMs: options.clock.nowMs() }),
      TICK_MS
    )
  }

  static begin(options: MoveOptions, req: Req, requester: VmmpChannel): Arrival {
    const first = startDestination(options.host, req, options.clock.nowMs())
    const arrival = new Arrival(options, req.machine, first.state)
    arrival.#requester = requester
    arrival.#enqueue(() => arrival.#carryOut(first.effects))
    return arrival
  }

  static recover(options: MoveOptions, journal: DestinationJournal): Arrival {
    const arrival = new Arrival(options, journal.req.machine, journal)
    arrival.#installed = journal.phase !== 'pulling'
    arrival.#resumed = true
    options.log('taking up a move interrupted by a restart', { machine: journal.req.machine })
    arrival.feed({ type: 'recovered', ...arrival.#ledger() })
    return arrival
  }

  /** The requester dialled (again): it hears heartbeats and the answer from now on. */
  attach(requester: VmmpChannel): void {
    this.#requester = requester
    this.feed({ type: 'req' })
  }

  /** Whether it is this very move; one that is still being checked may become it. */
  isOf(migration: Hash): boolean {
    if (this.#state.phase === 'done') return false
    return !('migration' in this.#state) || this.#state.migration.id === migration
  }

  /** The move on the ledger; null before it was found there. */
  get migration(): Hash | null {
    return this.#migration
  }

  /** Why the machine did not arrive; null while it is on its way, and when it has. */
  get failure(): string | null {
    return this.#state.phase === 'done' && this.#state.resp.outcome === 'FAIL'
      ? this.#state.why
      : null
  }

  get ended(): Promise<void> {
    return this.#ended
  }

  /** Everything is done but the last word to the requester, which may not close its stream before it has heard why. */
  get decided(): Promise<void> {
    return this.#decided
  }

  watch(listener: (news: OrderProgress) => void): () => void {
    listener(this.#progress)
    this.#watchers.add(listener)
    return () => this.#watchers.delete(listener)
  }

  ledgerChanged(): void {
    this.feed({ type: 'ledger', ...this.#ledger() })
  }

  feed(event: DestinationEvent): void {
    this.#enqueue(() => this.#step(event))
  }

  async #step(event: DestinationEvent): Promise<void> {
    const step = stepDestination(this.#state, event)
    this.#state = step.state
    if ('migration' in step.state) this.#migration = step.state.migration.id
    await this.#carryOut(step.effects)
  }

  /** The owner vouches for what is here; null when its word is on the disk. */
  vouch(receipt: SignedReceipt): Promise<WordRefusal | null> {
    const taken = this.#queue.then(async () => {
      const word = { receipt, isByOwner: this.#isByOwner(receipt) }
      const refusal = refuseWord(this.#state, word)
      if (refusal === null) await this.#step({ type: 'vouched', ...word })
      return refusal
    })
    this.#enqueue(async () => void (await taken))
    return taken
  }

  #isByOwner(receipt: SignedReceipt): boolean {
    const { replica } = this.#options
    const owner = replica.state().account(this.#ledger().migration?.owner ?? '')
    return owner !== undefined && verifyReceipt(replica.context, receipt, owner.key)
  }

  /** Stops without a trace on the ledger or the disk, as a crash would: the next start takes it up again. */
  stop(): void {
    clearInterval(this.#timer)
    this.#stopped.abort(new Error('the node stops'))
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      this.#options.log(`a move failed in an unforeseen way: ${message}`, {
        machine: this.#machine
      })
    })
  }

  async #carryOut(effects: readonly DestinationEffect[]): Promise<void> {
    for (const effect of effects) await this.#effect(effect)
    if (this.#state.phase === 'done') this.#finish()
  }

  #finish(): void {
    clearInterval(this.#timer)
    this.#decide()
    this.#end()
  }

  async #effect(effect: DestinationEffect): Promise<void> {
    const { journals, submitter } = this.#options
    announce({ role: 'destination', effect: effect.type, machine: this.#machine })
    switch (effect.type) {
      case 'read-ledger':
        return this.#work('checking the ledger', async () => ({
          type: 'ledger',
          ...this.#ledger()
        }))
      case 'persist':
        return journals.putDestination(effect.journal)
      case 'fetch':
        return this.#work('copying', () => this.#fetch(effect.migration))
      case 'verify':
        return this.#work('verifying', () => this.#verify())
      case 'prove':
        return this.#work('proving to the origin', () => this.#prove())
      case 'install':
        return this.#work('installing', () => this.#install())
      case 'await-word':
        return this.#tell({ ...this.#progress, step: AWAITS_WORD })
      case 'ask-origin':
        return void this.#askAgain(effect.migration).then(event => this.feed(event))
      case 'submit-commit':
        return this.#beside('waiting for the commit to be final', () => this.#commit(effect))
      case 'submit-heartbeat':
        return this.#beside(null, () => this.#heartbeat(effect.migration))
      case 'submit-abort': {
        const { machine, id } = effect.migration
        return this.#beside(null, () =>
          submitter.submit({ type: 'abort-migration', machine, migration: id })
        )
      }
      case 'send-heartbeat':
        return this.#send(() =>
          this.#requester?.send({ verb: 'HEARTBEAT', machine: this.#machine })
        )
      case 'send-resp':
        this.#decide()
        return this.#send(() => this.#requester?.finish(effect.resp))
      case 'discard':
        return this.#work('putting away what came', () => this.#discard())
      case 'forget':
        await journals.removeDestination(this.#machine)
        return this.#options.settled(this.#machine)
    }
  }

  /** Long work whose end is an event; a failure is one too. */
  async #work(step: string, work: () => Promise<DestinationEvent>): Promise<void> {
    this.#tell({ ...this.#progress, step })
    void work().then(
      event => this.feed(event),
      (error: unknown) => {
        if (this.#stopped.signal.aborted) return
        const why = error instanceof Error ? error.message : String(error)
        this.#options.log(`${step} failed: ${why}`, { machine: this.#machine })
        this.feed({ type: 'failed', why })
      }
    )
  }

  /** Work that must not hold up the machine, and whose failure the next tick or block mends. */
  async #beside(step: string | null, work: () => Promise<unknown>): Promise<void> {
    if (step !== null) this.#tell({ ...this.#progress, step })
    void work().catch((error: unknown) => {
      this.#options.log(`the ledger could not be told: ${String(error)}`, {
        machine: this.#machine
      })
    })
  }

  /** A requester that went away hears nothing; the ledger tells it when it is back. */
  async #send(send: () => Promise<void> | undefined): Promise<void> {
    await send()?.catch(() => {
      this.#requester = null
    })
  }

  #tell(news: OrderProgress): void {
    this.#progress = news
    for (const watcher of this.#watchers) watcher(news)
  }

  #ledger() {
    const state = this.#options.replica.state()
    return { machine: state.machine(this.#machine), migration: state.migration(this.#machine) }
  }

  async #fetch(migration: MigrationRecord): Promise<DestinationEvent> {
    const { method, origin } = this.#state.req
    const transfer = new Transfer({
      ...this.#options,
      migration,
      method,
      originAddress: origin.address,
      resumed: this.#resumed,
      signal: this.#stopped.signal,
      news: {
        step: step => this.#tell({ ...this.#progress, step }),
        bytes: bytes => this.#tell({ step: this.#progress.step, ...bytes })
      }
    })
    this.#transfer = transfer
    await transfer.fetch()
    return { type: 'fetched' }
  }

  async #verify(): Promise<DestinationEvent> {
    await this.#requireTransfer().verify()
    return { type: 'verified' }
  }

  async #prove(): Promise<DestinationEvent> {
    try {
      return { type: 'proved', receipt: await this.#requireTransfer().prove() }
    } catch (error) {
      const why = whyWithheld(error)
      if (why === null || this.#stopped.signal.aborted) throw error
      this.#options.log(`the origin gives no receipt: ${why}`, { machine: this.#machine })
      return { type: 'withheld' }
    }
  }

  /** Whatever keeps the receipt back, this machine's disk included, leaves the owner's word to wait for. */
  async #askAgain(migration: MigrationRecord): Promise<DestinationEvent> {
    const originAddress = this.#state.req.origin.address
    const { signal } = this.#stopped
    try {
      const receipt = await askOrigin({ ...this.#options, migration, originAddress, signal })
      return { type: 'proved', receipt }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      // An origin that is gone for good is asked for days: it is said once.
      if (why !== this.#withheldWhy && !signal.aborted) {
        this.#options.log(`the origin still gives no receipt: ${why}`, { machine: this.#machine })
      }
      this.#withheldWhy = why
      return { type: 'withheld' }
    }
  }

  async #install(): Promise<DestinationEvent> {
    await this.#requireTransfer().install()
    this.#transfer = null
    this.#installed = true
    return { type: 'installed' }
  }

  async #commit(effect: DestinationEffect & { type: 'submit-commit' }): Promise<void> {
    const { machine, id } = effect.migration
    const { receipt } = effect
    await this.#options.submitter.submit({
      type: 'commit-migration',
      machine,
      migration: id,
      receipt
    })
    // Final or refused, the ledger's record says which way it went.
    this.ledgerChanged()
  }

  async #heartbeat({ machine, id }: MigrationRecord): Promise<void> {
    const { submitter, replica } = this.#options
    const { height } = replica.state()
    await submitter.submit({ type: 'heartbeat', machine, migration: id, height })
  }

  /** What cannot be removed now is removed at the next start; the move is over either way. */
  async #discard(): Promise<DestinationEvent> {
    await this.#remove().catch((error: unknown) => {
      this.#options.log(`what came was not removed: ${String(error)}`, { machine: this.#machine })
    })
    return { type: 'discarded' }
  }

  async #remove(): Promise<void> {
    const { vmm } = this.#options
    const transfer = this.#transfer
    this.#transfer = null
    await transfer?.discard()
    if (!this.#installed) return
    const state = this.#state
    // It came back as it had left: what lies in its place is the older version that was kept here before.
    if ('migration' in state && (await isKeptVersion(this.#options, state.migration))) return
    // Installed but never committed: what lies in the machine's place is no version of anything.
    if ((await vmm.status(this.#machine)) !== 'absent') await vmm.delete(this.#machine)
  }

  #requireTransfer(): Transfer {
    if (this.#transfer === null)
      throw new Error('nothing has been pulled in this run: it must be pulled again')
    return this.#transfer
  }
}
