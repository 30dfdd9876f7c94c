/**
 * One move in bad weather: the three pure machines of `protocols/vmmp`, each in a process that can die before any
 * effect, words that come late, twice or never, a ledger that each sees with a delay of its own, and peers that lie.
 */
import type { SignedReceipt } from '../../../ledger/index.ts'
import {
  type Destination,
  type DestinationEffect,
  type DestinationEvent,
  type DestinationJournal,
  type DestinationStep,
  type MoveEnd,
  type Origin,
  type OriginEffect,
  type OriginEvent,
  type OriginJournal,
  type OriginStep,
  type Requester,
  type RequesterEffect,
  type RequesterEvent,
  type RequesterStep,
  recoverRequester,
  startDestination,
  startOrigin,
  startRequester,
  stepDestination,
  stepOrigin,
  stepRequester
} from '../../../protocols/vmmp/index.ts'
import {
  DESTINATION,
  DESTINATION_KEY,
  MACHINE,
  MIGRATION,
  MOVE,
  ORIGIN,
  REQ,
  ROOT
} from '../../protocols/vmmp/world.ts'
import { Chance } from '../chance.ts'
import { Clockwork } from '../clockwork.ts'
import { Trace } from '../trace.ts'
import {
  isReceiptBy,
  type LedgerView,
  MoveLedger,
  receiptBy,
  type SignerName
} from './move-ledger.ts'
import type { MoveRules } from './mutants.ts'
import { Role, type Weather } from './role.ts'

export const ORIGINS = [
  'honest',
  'wrong block',
  'wrong manifest',
  'old version as new',
  'silent',
  'withholds the receipt'
] as const
export const DESTINATIONS = [
  'honest',
  'endless heartbeat',
  'success without bytes',
  'silent',
  'full disk'
] as const

const FALSE_ROOT = '00'.repeat(32)
/** As `ORIGIN_PATIENCE_MS` of the driver. */
const PATIENCE_MS = 60_000
const OPEN_WAIT_MS = 10_000
/** As `ANSWER_MS` of the driver. */
const ANSWER_MS = 30_000
/** An owner sleeps, or reads at once what is asked of it. */
const OWNER_MS = [1_000, 400_000] as const
const TICK_MS = 1_000

export class MoveWorld {
  readonly rules: MoveRules
  readonly clockwork: Clockwork = new Clockwork(0)
  readonly chance: Chance
  readonly trace: Trace = new Trace(this.clockwork)
  readonly ledger: MoveLedger
  readonly originKind: (typeof ORIGINS)[number]
  readonly destinationKind: (typeof DESTINATIONS)[number]
  /** Whether the owner signs where the origin does not. */
  readonly #ownerVouches: boolean
  readonly #strangerVouches: boolean
  readonly #weather: Weather
  readonly requester: Role<Requester>
  readonly destination: Role<Destination>
  readonly origin: Role<Origin>
  /** Views of the ledger, each as old as its role's last news. */
  readonly #views = new Map<Role<unknown>, { view: LedgerView; change: number }>()
  #change = 0
  told: MoveEnd | null = null
  /** The origin's receipt came when the destination waited for the owner's already. */
  signedLate = false
  destinationJournal: DestinationJournal | undefined
  originJournal: OriginJournal | undefined
  originCopy: 'machine' | 'cached' | 'gone' = 'machine'
  /** Root of what lies there; null for nothing. */
  incoming: string | null = null
  installed: string | null = null

  constructor(seed: number, rules: MoveRules) {
    this.rules = rules
    this.chance = new Chance(seed)
    const { chance, clockwork, trace } = this
    const isCalm = chance.percent(10)
    this.#weather = {
      chance,
      clockwork,
      trace,
      crashPermille: isCalm ? 0 : chance.between(0, 60),
      lossPercent: isCalm ? 0 : chance.between(0, 25)
    }
    this.originKind = chance.percent(60) ? 'honest' : chance.pick(ORIGINS)
    this.destinationKind = chance.percent(60) ? 'honest' : chance.pick(DESTINATIONS)
    this.#ownerVouches = chance.percent(60)
    this.#strangerVouches = chance.percent(30)
    this.ledger = new MoveLedger(rules, () => this.#publish())
    this.requester = new Role('requester', this.#weather, () => this.#requesterBack())
    this.destination = new Role('destination', this.#weather, () => this.#destinationBack())
    this.origin = new Role('origin', this.#weather, () => this.#originBack())
    for (const role of [this.requester, this.destination, this.origin]) {
      this.#views.set(role, { view: this.ledger.view(), change: 0 })
    }
  }

  /** Until everybody is at rest, or `over` says so; two hours are many times the hard limit. */
  run(over: () => boolean): void {
    this.#requesterStep(startRequester(MOVE, this.clockwork.nowMs))
    this.#tick()
    this.clockwork.run(7_200_000, over)
  }

  #tick(): void {
    const { nowMs } = this.clockwork
    this.ledger.expire(nowMs)
    if (this.requester.isUp) this.#requesterEvent({ type: 'tick', nowMs })
    if (this.destination.isUp) this.#destinationEvent({ type: 'tick', nowMs })
    if (this.destinationKind === 'endless heartbeat')
      this.#submit(() => this.ledger.heartbeat(nowMs))
    this.clockwork.after(TICK_MS, () => this.#tick())
  }

  /** What the destination would commit with now. */
  get receipt(): SignedReceipt | null {
    const { state } = this.destination
    return state?.phase === 'committing' ? state.receipt : null
  }

  // The ledger

  #publish(): void {
    this.#change += 1
    const change = this.#change
    const view = this.ledger.view()
    this.trace.note(
      `ledger: ${this.ledger.isOpen ? 'open' : 'settled'}, version ${this.ledger.version}`
    )
    for (const role of this.#views.keys()) {
      this.clockwork.after(this.chance.between(1, 4_000), () => this.#learn(role, view, change))
    }
  }

  /** What is final stays final: older news are passed over. */
  #learn(role: Role<unknown>, view: LedgerView, change: number): void {
    if ((this.#views.get(role)?.change ?? 0) >= change) return
    this.#views.set(role, { view, change })
    if (!role.isUp) return
    if (role === this.requester) this.#requesterEvent({ type: 'ledger', ...view })
    if (role === this.destination) this.#destinationEvent({ type: 'ledger', ...view })
    if (role === this.origin) {
      this.#originEvent({ type: 'ledger', ...view, destinationKey: DESTINATION_KEY })
    }
  }

  #viewOf(role: Role<unknown>): LedgerView {
    return this.#views.get(role)?.view ?? this.ledger.view()
  }

  /** On its way to a block: late, lost or twice. */
  #submit(act: () => void): void {
    const { chance, clockwork } = this
    if (chance.percent(this.#weather.lossPercent)) return
    for (let nth = chance.percent(10) ? 2 : 1; nth > 0; nth--) {
      clockwork.after(chance.between(20, 3_000), act)
    }
  }

  // Requester

  #requesterBack(): void {
    const { nowMs } = this.clockwork
    const view = this.#viewOf(this.requester)
    if (view.migration !== undefined) {
      this.#requesterStep(recoverRequester(MOVE, 'SCP', nowMs))
    }
  }

  #requesterEvent(event: RequesterEvent): void {
    const { state } = this.requester
    if (state !== undefined) this.#requesterStep(stepRequester(state, event))
  }

  #requesterStep(step: RequesterStep): void {
    this.requester.state = step.state
    this.requester.perform<RequesterEffect>(step.effects, effect => {
      switch (effect.type) {
        case 'send':
          this.destination.hear(() => this.#destinationHears(effect.message.verb))
          break
        case 'open':
          this.requester.later(this.chance.between(20, 3_000), () => {
            if (this.ledger.open(this.clockwork.nowMs)) {
              this.#requesterEvent({ type: 'opened', nowMs: this.clockwork.nowMs })
            } else this.#requesterEvent({ type: 'open-refused', why: 'a move is open already' })
          })
          break
        case 'submit-abort':
          this.#submit(() => this.ledger.abort())
          break
        case 'tell':
          this.told = effect.end
      }
    })
  }

  #toRequester(message: Extract<RequesterEvent, { type: 'message' }>['message']): void {
    this.requester.hear(() => {
      this.#requesterEvent({ type: 'message', message, nowMs: this.clockwork.nowMs })
      if (message.verb === 'RESULTS') this.#requesterEvent({ type: 'choose', method: 'SCP' })
    })
  }

  // Destination

  #destinationBack(): void {
    if (this.destinationJournal === undefined) {
      // What nobody remembers is removed at the start.
      this.incoming = null
      return
    }
    this.destination.state = this.destinationJournal
    this.#destinationEvent({ type: 'recovered', ...this.#viewOf(this.destination) })
  }

  #destinationHears(verb: string): void {
    const { nowMs } = this.clockwork
    if (this.destinationKind === 'silent') return
    if (verb === 'QUERY') {
      return this.#toRequester({ verb: 'RESULTS', machine: MACHINE, methods: ['SCP'] })
    }
    if (this.destinationKind === 'success without bytes') return this.#claimSuccess()
    if (this.destinationKind === 'endless heartbeat') return this.#beatForEver()
    const { state } = this.destination
    if (state === undefined || state.phase === 'done') {
      this.#awaitOpen(nowMs + OPEN_WAIT_MS)
    } else this.#destinationEvent({ type: 'req' })
  }

  /** The driver waits for the OPEN to be final here before it begins; then the machine says what is wrong. */
  #awaitOpen(untilMs: number): void {
    const { destination, clockwork } = this
    if (destination.state !== undefined && destination.state.phase !== 'done') return
    const isOpen = this.#viewOf(destination).migration !== undefined
    if (isOpen || clockwork.nowMs >= untilMs) {
      this.#destinationStep(startDestination(DESTINATION, REQ, clockwork.nowMs))
    } else destination.later(500, () => this.#awaitOpen(untilMs))
  }

  #claimSuccess(): void {
    this.#toRequester({ verb: 'RESP', machine: MACHINE, version: 4, outcome: 'SUCCESS' })
    this.#submit(() => this.ledger.commit(null))
    this.#submit(() => this.ledger.commit(receiptBy('destination')))
  }

  /** Over a stream of its own: the word is lost with it, and then it was not said. */
  #vouch(signer: SignerName): void {
    const [soonMs, lateMs] = OWNER_MS
    this.clockwork.after(this.chance.between(soonMs, lateMs), () =>
      this.destination.hear(() => {
        const receipt = receiptBy(signer)
        const isByOwner = isReceiptBy(receipt, 'owner') || !this.rules.checksWord
        this.trace.note(`the ${signer} vouches`)
        this.#destinationEvent({ type: 'vouched', receipt, isByOwner })
      })
    )
  }

  #beatForEver(): void {
    this.#toRequester({ verb: 'HEARTBEAT', machine: MACHINE })
    this.destination.later(4_000, () => this.#beatForEver())
  }

  #destinationEvent(event: DestinationEvent): void {
    const { state } = this.destination
    if (state === undefined) return
    const isCommitting = state.phase === 'committing'
    this.#destinationStep(stepDestination(state, event))
    if (isCommitting && !this.rules.trustsOnlyLedger && this.chance.percent(2))
      this.installed = null
  }

  #destinationStep(step: DestinationStep): void {
    this.destination.state = step.state
    this.destination.perform<DestinationEffect>(step.effects, effect => {
      this.#destinationEffect(effect)
    })
  }

  #destinationEffect(effect: DestinationEffect): void {
    const { destination, chance } = this
    const soon = (event: DestinationEvent): void =>
      destination.later(chance.between(1, 500), () => this.#destinationEvent(event))
    switch (effect.type) {
      case 'read-ledger':
        return soon({ type: 'ledger', ...this.#viewOf(destination) })
      case 'persist':
        if (this.rules.persists) this.destinationJournal = effect.journal
        return
      case 'fetch':
        if (this.destinationKind === 'full disk') return soon({ type: 'failed', why: 'disk full' })
        return this.#dial(this.clockwork.nowMs)
      case 'verify':
        return soon({ type: 'verified' })
      case 'prove':
        this.origin.hear(() => this.#originEvent({ type: 'proved' }))
        destination.later(PATIENCE_MS, () => {
          if (destination.state?.phase === 'proving') {
            this.#destinationEvent({ type: 'withheld' })
          }
        })
        return
      case 'install':
        if (this.rules.installs) {
          this.installed = this.incoming
          this.incoming = null
        }
        return soon({ type: 'installed' })
      case 'await-word':
        if (this.#ownerVouches) this.#vouch('owner')
        if (this.#strangerVouches) this.#vouch('stranger')
        return
      case 'ask-origin':
        return this.#askAgain()
      case 'submit-commit':
        return this.#submit(() => this.ledger.commit(effect.receipt))
      case 'submit-abort':
        return this.#submit(() => this.ledger.abort())
      case 'submit-heartbeat':
        return this.#submit(() => this.ledger.heartbeat(this.clockwork.nowMs))
      case 'send-heartbeat':
        return this.#toRequester({ verb: 'HEARTBEAT', machine: MACHINE })
      case 'send-resp':
        return this.#toRequester(effect.resp)
      case 'discard':
        if (this.rules.discards) {
          this.incoming = null
          this.installed = null
        }
        return soon({ type: 'discarded' })
      case 'forget':
        this.destinationJournal = undefined
    }
  }

  /** One attempt: the line may break at either word, and an origin may be slow to open what it has. */
  #askAgain(): void {
    const { origin, destination, chance } = this
    origin.hear(() => this.#hello())
    destination.later(chance.between(1_000, 10_000), () => {
      origin.hear(() => this.#originEvent({ type: 'proved' }))
    })
    destination.later(ANSWER_MS, () => this.#destinationEvent({ type: 'withheld' }))
  }

  /** Dials the origin again and again, as the driver does, until bytes come or its patience ends. */
  #dial(sinceMs: number): void {
    const { destination, clockwork, chance } = this
    if (destination.state?.phase !== 'pulling') return
    this.incoming ??= ''
    if (clockwork.nowMs - sinceMs > PATIENCE_MS) {
      return this.#destinationEvent({ type: 'failed', why: 'the origin cannot be reached' })
    }
    this.origin.hear(() => this.#hello())
    destination.later(chance.between(5_000, 20_000), () => {
      if (this.incoming === '') this.#dial(sinceMs)
    })
  }

  /** All bytes have come, whatever they are: the engine has compared each with the root on the ledger. */
  #arrived(root: string): void {
    if (this.destination.state?.phase !== 'pulling') return
    this.incoming = root
    if (root === ROOT || !this.rules.verifies) this.#destinationEvent({ type: 'fetched' })
    else this.#destinationEvent({ type: 'failed', why: 'the content is not that of the ledger' })
  }

  /** Every block will fit a manifest that is not the ledger's: that must be seen before one of them is asked for. */
  #deceived(): void {
    if (this.destination.state?.phase !== 'pulling') return
    if (this.rules.checksManifest) {
      return this.#destinationEvent({ type: 'failed', why: 'the manifest has another root' })
    }
    this.incoming = FALSE_ROOT
    this.#destinationEvent({ type: 'fetched' })
  }

  // Origin

  #originBack(): void {
    if (this.originJournal === undefined) return
    this.origin.state = this.originJournal
    this.#originEvent({ type: 'recovered', ...this.#viewOf(this.origin) })
  }

  #hello(): void {
    if (this.originKind === 'silent') return
    const { state } = this.origin
    if (state === undefined || state.phase === 'over') {
      const asked = { self: ORIGIN, machine: MACHINE, migrationId: MIGRATION }
      this.#originStep(startOrigin({ ...asked, peer: DESTINATION_KEY }))
    } else this.#originEvent({ type: 'hello' })
  }

  #originEvent(event: OriginEvent): void {
    const { state } = this.origin
    if (state !== undefined) this.#originStep(stepOrigin(state, event))
  }

  #originStep(step: OriginStep): void {
    this.origin.state = step.state
    this.origin.perform<OriginEffect>(step.effects, effect => this.#originEffect(effect))
  }

  #readAtOrigin(untilMs: number): void {
    const { origin, clockwork } = this
    const view = this.#viewOf(origin)
    if (view.migration === undefined && clockwork.nowMs < untilMs) {
      origin.later(500, () => this.#readAtOrigin(untilMs))
    } else this.#originEvent({ type: 'ledger', ...view, destinationKey: DESTINATION_KEY })
  }

  #originEffect(effect: OriginEffect): void {
    const { origin, chance, destination } = this
    const soon = (event: OriginEvent): void =>
      origin.later(chance.between(1, 300), () => this.#originEvent(event))
    switch (effect.type) {
      case 'read-ledger':
        return this.#readAtOrigin(this.clockwork.nowMs + OPEN_WAIT_MS)
      case 'open-content':
        return soon({ type: 'opened', root: ROOT })
      case 'persist':
        if (this.rules.persists) this.originJournal = effect.journal
        return
      case 'serve': {
        if (this.originKind === 'wrong manifest') {
          origin.later(chance.between(1, 300), () => destination.hear(() => this.#deceived()))
          return
        }
        const isLie = this.originKind === 'wrong block' || this.originKind === 'old version as new'
        // The line can break while bytes travel: then they do not come, and the destination dials again.
        origin.later(chance.between(500, 40_000), () =>
          destination.hear(() => this.#arrived(isLie ? FALSE_ROOT : ROOT))
        )
        return
      }
      case 'sign-receipt': {
        if (this.originKind === 'withholds the receipt') return
        if (!this.rules.waitsForLedger) this.originCopy = 'gone'
        const receipt = receiptBy('origin')
        return destination.hear(() => {
          if (destination.state?.phase === 'waiting') this.signedLate = true
          this.#destinationEvent({ type: 'proved', receipt })
        })
      }
      case 'refuse':
        return destination.hear(() => {
          this.#destinationEvent({ type: 'failed', why: effect.message })
        })
      case 'keep-cached':
        this.originCopy = 'cached'
        return
      case 'release':
        return
      case 'forget':
        this.originJournal = undefined
    }
  }
}
