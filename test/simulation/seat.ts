import {
  type Agreement,
  type AgreementEffect,
  type AgreementEvent,
  type AgreementStep,
  type CertifiedBlock,
  type ChainContext,
  chainContext,
  checkSignature,
  encodeMessage,
  followBlock,
  type Genesis,
  genesisTip,
  hasEnded,
  type LogRecord,
  membersOf,
  type PublicKey,
  type SafetyRules,
  type SignedTransaction,
  type Signer,
  type SimplexState,
  simplexAgreement,
  type Tip
} from '../../ledger/index.ts'
import { toyCrypto } from '../support/toy-crypto.ts'
import type { Chance } from './chance.ts'
import type { Clockwork } from './clockwork.ts'
import { SimDisk } from './sim-disk.ts'
import type { Trace } from './trace.ts'

/** How long a view lasts at first. */
export const VIEW_MS = 300
/** Long, so that a quiet hour is not all idle blocks. */
const IDLE_TICK_MS = 20_000
/** Final blocks that one answer carries: small, so that a laggard asks more than once. */
const SERVED_BLOCKS = 6
const SYNC_MS_MAX = 6
/** Effects from one crash to the next, at most. */
const CRASH_EFFECTS_MAX = 400
const DOWN_MS_MAX = 2_500
/** Views without a final block after which a coordinator will not come to one any more. */
const ROUNDS_KEPT_MAX = 400

/** Who hears what a coordinator does. */
export interface SeatEars {
  /** It has read its disk. */
  started(seat: Seat): void
  post(from: Seat, to: PublicKey | null, bytes: Uint8Array): void
  final(seat: Seat, effect: Extract<AgreementEffect, { type: 'final' }>): void
  evidence(seat: Seat, effect: Extract<AgreementEffect, { type: 'evidence' }>): void
  refused(seat: Seat, effect: Extract<AgreementEffect, { type: 'refused' }>): void
  /** Transactions that this seat cannot bring into a block itself. */
  forward(seat: Seat, transactions: readonly SignedTransaction[]): void
  /** It has lost its store: where it may go on from. */
  snapshotFor(seat: Seat): { readonly tip: Tip; readonly like: SimDisk } | null
  /** The core gave up. */
  threw(seat: Seat, error: unknown): void
}

export interface SeatPlan {
  readonly at: number
  readonly name: string
  readonly signer: Signer
  readonly genesis: Genesis
  readonly rules: SafetyRules
  /** It stops voting when its log is damaged. */
  readonly heedsDamage: boolean
  readonly clockwork: Clockwork
  readonly chance: Chance
  readonly trace: Trace
  readonly ears: SeatEars
  /** Its clock is ahead of the true one by so much. */
  readonly skewMs: number
  /** Until then it crashes now and then. */
  readonly healMs: number
  /** Its log may be damaged once. */
  readonly damageable: boolean
  /** It may lose its store in a crash, and keep its log. */
  readonly forgetful: boolean
}

/** One coordinator: the real core, driven as the node's driver drives it, with a disk and a power switch. */
export class Seat {
  readonly plan: SeatPlan
  readonly disk: SimDisk
  crashes = 0
  /** How often it came back by a snapshot. */
  snapshots = 0
  /** Its log is damaged: it does not vote any more. */
  retired = false
  readonly #context: ChainContext
  readonly #agreement: Agreement<SimplexState>
  #state: SimplexState | undefined
  #queue: AgreementEvent[] = []
  #effects: AgreementEffect[] = []
  #busy = false
  /** It has power and no seat in the present epoch. */
  #follows = false
  /** What waited when the epoch ended. */
  #leftOver: readonly SignedTransaction[] | null = null
  #watchedHeight = -1
  /** Counts the starts: what an earlier life planned is void. */
  #life = 0
  #timers = 0
  #untilCrash = Number.POSITIVE_INFINITY

  constructor(plan: SeatPlan) {
    this.plan = plan
    const { genesis, signer, rules } = plan
    this.disk = new SimDisk(genesisTip(genesis, toyCrypto))
    this.#context = chainContext(genesis, toyCrypto)
    const times = { viewMs: VIEW_MS, idleTickMs: IDLE_TICK_MS }
    this.#agreement = simplexAgreement({ signer, context: this.#context, rules, ...times })
  }

  get up(): boolean {
    return this.#state !== undefined || this.#follows
  }

  get follows(): boolean {
    return this.#follows
  }

  get height(): number {
    return this.disk.tip.state.height
  }

  get state(): SimplexState | undefined {
    return this.#state
  }

  start(): void {
    const { chance, trace, name } = this.plan
    const log = this.disk.read(this.plan.heedsDamage)
    if (log === null) {
      this.retired = true
      trace.note(`${name} finds its log damaged and does not vote again`)
      return
    }
    if (this.plan.forgetful && this.height === 0) this.#takeSnapshot()
    this.plan.ears.started(this)
    this.#life += 1
    this.#untilCrash = chance.between(20, CRASH_EFFECTS_MAX)
    trace.note(`${name} starts at height ${this.height} with ${log.length} records`)
    this.#enter(log)
  }

  #takeSnapshot(): void {
    const snapshot = this.plan.ears.snapshotFor(this)
    if (snapshot === null) return
    this.disk.jump(snapshot.tip, snapshot.like)
    this.snapshots += 1
    this.plan.trace.note(`${this.plan.name} goes on from a snapshot of height ${this.height}`)
  }

  /** Takes the place that its newest final block gives it. */
  #enter(log: readonly LogRecord[]): void {
    const { signer, trace, name } = this.plan
    const { tip } = this.disk
    this.#follows = membersOf(tip).every(({ key }) => key !== signer.publicKey)
    if (this.#follows) {
      this.#state = undefined
      trace.note(`${name} follows from height ${this.height}`)
      return
    }
    this.#take(() => this.#agreement.start(tip, this.#nowMs(), log))
  }

  /** The epoch is over: the next one is entered with what waited in this one. */
  #moveOn(waiting: readonly SignedTransaction[]): void {
    const { trace, name, ears } = this.plan
    trace.note(`${name} leaves an epoch at height ${this.height}`)
    this.#leftOver = null
    this.#timers += 1
    this.#queue = []
    this.#enter(this.disk.kept)
    if (waiting.length === 0) return
    if (this.#follows) ears.forward(this, waiting)
    else this.feed({ type: 'transactions', transactions: waiting })
  }

  /** Final blocks by another way than from colleague to colleague, as the node's follower and its watch get them. */
  learn(from: PublicKey, blocks: readonly CertifiedBlock[]): void {
    if (!this.#follows) {
      if (this.up) this.feed({ type: 'final-blocks', from, blocks })
      return
    }
    for (const certified of blocks) {
      if (!this.#follows || certified.block.header.height !== this.height + 1) continue
      const followed = followBlock(this.disk.tip, certified, this.#context)
      if (!followed.ok) {
        this.plan.ears.threw(this, new Error(`${followed.fault.code}: ${followed.fault.message}`))
        return
      }
      const { tip, outcomes } = followed
      this.disk.follow(certified, tip)
      this.plan.ears.final(this, { type: 'final', certified, tip, outcomes })
      if (hasEnded(tip)) this.#enter(this.disk.kept)
    }
  }

  /** Whether it has seen no new block since it was last asked. */
  isStalled(): boolean {
    const stalled = this.#watchedHeight === this.height
    this.#watchedHeight = this.height
    return stalled
  }

  /** From a client: like the driver, a seat hands on only what its signer has signed. */
  submit(signed: SignedTransaction): void {
    if (this.#follows) return this.plan.ears.forward(this, [signed])
    if (checkSignature(this.disk.tip.state, signed, this.#context) !== null) return
    this.feed({ type: 'transactions', transactions: [signed] })
  }

  feed(event: AgreementEvent): void {
    if (this.#state === undefined) return
    // The links let nobody in who has no seat.
    const { members } = this.#state.seat
    if (event.type === 'message' && !members.includes(event.from)) return
    this.#queue.push(event)
    this.#work()
  }

  /** Everything that is not on disk is gone; the power comes back after a while. */
  crash(): void {
    if (!this.up) return
    const { clockwork, chance, trace, name, damageable, forgetful } = this.plan
    this.crashes += 1
    this.#life += 1
    this.#state = undefined
    this.#follows = false
    this.#leftOver = null
    this.#queue = []
    this.#effects = []
    this.#busy = false
    this.disk.crash(chance)
    if (damageable && chance.oneIn(2)) this.disk.damage(chance)
    if (forgetful && chance.oneIn(2)) this.disk.lose()
    trace.note(`${name} crashes`)
    clockwork.after(chance.between(5, DOWN_MS_MAX), () => this.start())
  }

  #nowMs(): number {
    return this.plan.clockwork.nowMs + this.plan.skewMs
  }

  #work(): void {
    while (!this.#busy && this.#state !== undefined) {
      const event = this.#queue.shift()
      if (event === undefined) return
      const state = this.#state
      this.#take(() => this.#agreement.step(state, event, this.#nowMs()))
    }
  }

  #take(step: () => AgreementStep<SimplexState>): void {
    try {
      const { state, effects } = step()
      this.#state = state
      this.#effects = [...effects]
    } catch (error) {
      this.plan.ears.threw(this, error)
      return
    }
    if (this.#state.rounds.size > ROUNDS_KEPT_MAX) {
      const views = `${this.#state.rounds.size} views are open at height ${this.height}`
      this.plan.ears.threw(this, new Error(views))
      return
    }
    this.#busy = true
    this.#proceed()
  }

  /** Carries the effects out in their order; a crash may come before any of them. */
  #proceed(): void {
    for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift()) {
      this.#untilCrash -= 1
      if (this.#untilCrash <= 0 && this.plan.clockwork.nowMs < this.plan.healMs) {
        this.crash()
        return
      }
      if (effect.type === 'persist') {
        this.#persist(effect)
        return
      }
      this.#carryOut(effect)
      if (!this.up) return
    }
    this.#busy = false
    if (this.#leftOver === null) this.#work()
    else this.#moveOn(this.#leftOver)
  }

  #persist(write: Extract<AgreementEffect, { type: 'persist' }>): void {
    const { clockwork, chance } = this.plan
    const life = this.#life
    this.disk.begin(write)
    clockwork.after(chance.between(0, SYNC_MS_MAX), () => {
      if (life !== this.#life) return
      this.disk.sync()
      this.#queue.push({ type: 'persisted', write: write.write })
      this.#proceed()
    })
  }

  #carryOut(effect: Exclude<AgreementEffect, { type: 'persist' }>): void {
    const { ears, trace, name } = this.plan
    switch (effect.type) {
      case 'send':
        trace.bytes(name, effect.bytes)
        ears.post(this, effect.to, effect.bytes)
        return
      case 'final':
        ears.final(this, effect)
        return
      case 'evidence':
        ears.evidence(this, effect)
        return
      case 'refused':
        ears.refused(this, effect)
        return
      case 'set-timer':
        this.#setTimer(effect.atMs)
        return
      case 'serve-final':
        this.#serveFinal(effect.to, effect.fromHeight)
        return
      case 'epoch-over':
        this.#leftOver = effect.waiting
        return
      case 'answer':
      case 'dropped':
        return
    }
  }

  #setTimer(atMs: number): void {
    this.#timers += 1
    const [life, timer] = [this.#life, this.#timers]
    this.plan.clockwork.at(atMs - this.plan.skewMs, () => {
      if (life === this.#life && timer === this.#timers) this.feed({ type: 'timer' })
    })
  }

  #serveFinal(to: PublicKey, fromHeight: number): void {
    const isHeld = fromHeight > this.disk.baseHeight
    const blocks = isHeld
      ? this.disk.blocks.slice(fromHeight - 1, fromHeight - 1 + SERVED_BLOCKS)
      : []
    this.plan.ears.post(this, to, encodeMessage({ type: 'final-blocks', blocks }))
  }
}
