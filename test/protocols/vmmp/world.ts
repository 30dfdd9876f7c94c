/**
 * A tiny market for one move: a ledger that is a variable, two disks that are flags, and drivers that carry
 * out the machines' effects at once. A process can be killed before any effect; it loses its memory, the rest
 * of its effects and its streams, and keeps its disk.
 */
import type { MachineRecord, MigrationRecord, SignedReceipt } from '../../../ledger/index.ts'
import {
  type Destination,
  type DestinationEffect,
  type DestinationEvent,
  type DestinationJournal,
  type DestinationStep,
  type MoveEnd,
  type MoveRequest,
  type Origin,
  type OriginEffect,
  type OriginEvent,
  type OriginJournal,
  type OriginStep,
  type Req,
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

export const MACHINE: string = '6ba7b810-9dad-81d1-80b4-00c04fd430c8'
export const ORIGIN: string = '0f8fad5b-d9cb-869f-a165-70867728950e'
export const DESTINATION: string = '7c9e6679-7425-80de-944b-e07fc1f90ae7'
export const MIGRATION: string = 'ab'.repeat(32)
export const ROOT: string = 'cd'.repeat(32)
export const DESTINATION_KEY: string = 'ef'.repeat(32)
const RECEIPT: SignedReceipt = {
  receipt: { migration: MIGRATION, root: ROOT },
  signature: '12'.repeat(64)
}
const NODE = {
  peer: '12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE',
  address: '/ip4/1.2.3.4'
}
export const MOVE: MoveRequest = { machine: MACHINE, version: 3, origin: NODE, requester: NODE }
export const REQ: Req = { verb: 'REQ', ...MOVE, method: 'SCP' }

/** 15 s a turn: two turns of nothing are a silence. */
const TURN_MS = 15_000
/** The ledger's patience with a move that nobody finishes. */
const DEADLINE_MS = 20 * TURN_MS

export type Role = 'requester' | 'destination' | 'origin'

export interface Kill {
  readonly role: Role
  /** Counted over all effects of that role; it dies before carrying out this one. */
  readonly effect: number
  /** Turns until it is started again; Infinity: never during the move. */
  readonly downTurns: number
}

/** What a mutant changes. */
export interface Faults {
  readonly skipInstall?: boolean
  readonly forgetToPersist?: boolean
  readonly dropCopyAtReceipt?: boolean
  readonly commitBeforeInstall?: boolean
  /** The origin signs nothing: the owner vouches. */
  readonly withholdsReceipt?: boolean
  /** The origin is away when its receipt is due, and back when it is asked again; the owner says nothing. */
  readonly signsLate?: boolean
  /** The destination cannot pull: its disk is full. */
  readonly diskFull?: boolean
}

interface Process<S, J> {
  state: S | undefined
  journal: J | undefined
  downUntilTurn: number
}

export class World {
  nowMs: number = 0
  turn: number = 0
  readonly trail: string[] = []
  readonly effects: Record<Role, number> = { requester: 0, destination: 0, origin: 0 }
  /** Kinds of effect that were carried out at least once. */
  readonly seen: Set<string> = new Set()
  /** Grows whenever the ledger changes. */
  ledger: { open: boolean; holder: string; version: number; wasOpen: boolean } = {
    open: false,
    holder: ORIGIN,
    version: 3,
    wasOpen: false
  }
  readonly originDisk: { copy: 'machine' | 'cached' | 'gone' } = { copy: 'machine' }
  readonly destinationDisk: { temporary: boolean; installed: boolean } = {
    temporary: false,
    installed: false
  }
  told: MoveEnd | undefined

  readonly requester: Process<Requester, never> = fresh()
  readonly destination: Process<Destination, DestinationJournal> = fresh()
  readonly origin: Process<Origin, OriginJournal> = fresh()
  #queue: (() => void)[] = []
  #kill: Kill | undefined
  #faults: Faults
  /** The turn in which the destination asked for the receipt once more. */
  #askedTurn: number | null = null
  /** How often the origin was to sign. */
  #signatures = 0

  constructor(kill?: Kill, faults: Faults = {}) {
    this.#kill = kill
    this.#faults = faults
  }

  /** Runs the move until everybody is at rest. */
  run(): void {
    this.#post('requester', () => this.#requesterStep(startRequester(MOVE, this.nowMs)))
    for (this.turn = 0; this.turn < 40; this.turn++) {
      this.#drain()
      this.nowMs += TURN_MS
      if (this.nowMs >= DEADLINE_MS) this.#abort()
      this.#restart()
      this.#drain()
      this.#tick()
    }
    this.#drain()
  }

  #tick(): void {
    const { nowMs } = this
    this.#toRequester({ type: 'tick', nowMs })
    if (this.#askedTurn !== null && this.turn > this.#askedTurn) {
      this.#askedTurn = null
      this.#toDestination({ type: 'withheld' })
    }
    this.#toDestination({ type: 'tick', nowMs })
  }

  #drain(): void {
    for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) task()
  }

  #post(role: Role, task: () => void): void {
    this.#queue.push(() => {
      if (this.turn >= this[role].downUntilTurn) task()
    })
  }

  // Processes

  /** Carries out a step's effects in order, unless the process dies in between. */
  #perform<E extends { readonly type: string }>(
    role: Role,
    effects: readonly E[],
    act: (effect: E) => void
  ): void {
    for (const effect of effects) {
      const at = this.effects[role]++
      if (this.#kill?.role === role && this.#kill.effect === at) {
        this.trail.push(`${role} killed before ${effect.type}`)
        this[role].state = undefined
        this[role].downUntilTurn = this.turn + this.#kill.downTurns
        if (role !== 'origin') this.#toOrigin({ type: 'stream-ended' })
        if (role === 'origin') this.#toDestination({ type: 'failed', why: 'the origin went away' })
        return
      }
      this.trail.push(`${role} ${effect.type}`)
      this.seen.add(`${role} ${effect.type}`)
      act(effect)
    }
  }

  #restart(): void {
    const { nowMs, ledger } = this
    const down = (role: Role): boolean =>
      this[role].state === undefined && this[role].downUntilTurn <= this.turn + 1
    for (const role of ['requester', 'destination', 'origin'] as const) {
      if (down(role)) this[role].downUntilTurn = 0
    }
    if (down('requester') && ledger.wasOpen && this.told === undefined) {
      this.#post('requester', () => {
        this.#requesterStep(recoverRequester(MOVE, 'SCP', nowMs))
        this.#toRequester({ type: 'ledger', ...this.#view() })
      })
    }
    const { journal } = this.destination
    if (down('destination') && journal !== undefined) {
      this.destination.state = journal
      this.#toDestination({ type: 'recovered', ...this.#view() })
    }
    const served = this.origin.journal
    if (down('origin') && served !== undefined) {
      this.origin.state = served
      this.#toOrigin({ type: 'recovered', ...this.#view() })
    }
  }

  // Ledger

  #view(): { machine: MachineRecord; migration: MigrationRecord | undefined } {
    const { open, holder, version } = this.ledger
    return {
      machine: machineRecord(holder, version),
      migration: open ? MIGRATION_RECORD : undefined
    }
  }

  #open(): void {
    this.ledger = { ...this.ledger, open: true, wasOpen: true }
    this.#toRequester({ type: 'opened', nowMs: this.nowMs })
  }

  #commit(): void {
    if (!this.ledger.open) return
    this.ledger = { open: false, holder: DESTINATION, version: 4, wasOpen: true }
    this.trail.push('ledger COMMIT')
    this.#publish()
  }

  #abort(): void {
    if (!this.ledger.open) return
    this.ledger = { ...this.ledger, open: false }
    this.trail.push('ledger ABORT')
    this.#publish()
  }

  #publish(): void {
    this.#toRequester({ type: 'ledger', ...this.#view() })
    this.#toDestination({ type: 'ledger', ...this.#view() })
    this.#toOrigin({ type: 'ledger', ...this.#view(), destinationKey: DESTINATION_KEY })
  }

  // Requester

  #toRequester(event: RequesterEvent): void {
    this.#post('requester', () => {
      const { state } = this.requester
      if (state !== undefined) this.#requesterStep(stepRequester(state, event))
    })
  }

  #requesterStep(step: RequesterStep): void {
    this.requester.state = step.state
    this.#perform<RequesterEffect>('requester', step.effects, effect => {
      switch (effect.type) {
        case 'send':
          this.#post('destination', () => this.#receive(effect.message.verb))
          break
        case 'open':
          this.#open()
          break
        case 'submit-abort':
          this.#abort()
          break
        case 'tell':
          this.told = effect.end
      }
    })
  }

  // Destination

  #receive(verb: string): void {
    const nowMs = this.nowMs
    if (verb === 'QUERY') {
      const message = { verb: 'RESULTS', machine: MACHINE, methods: ['SCP'] } as const
      this.#toRequester({ type: 'message', message, nowMs })
      this.#toRequester({ type: 'choose', method: 'SCP' })
    } else if (this.destination.state === undefined) {
      this.#destinationStep(startDestination(DESTINATION, REQ, nowMs))
    } else {
      this.#toDestination({ type: 'req' })
    }
  }

  #toDestination(event: DestinationEvent): void {
    this.#post('destination', () => {
      const { state } = this.destination
      if (state !== undefined) this.#destinationStep(stepDestination(state, event))
    })
  }

  #destinationStep(step: DestinationStep): void {
    this.destination.state = step.state
    this.#perform<DestinationEffect>('destination', step.effects, effect => {
      this.#destinationEffect(effect)
    })
  }

  #destinationEffect(effect: DestinationEffect): void {
    const disk = this.destinationDisk
    const nowMs = this.nowMs
    switch (effect.type) {
      case 'read-ledger':
        this.#toDestination({ type: 'ledger', ...this.#view() })
        break
      case 'persist':
        if (this.#faults.forgetToPersist !== true) this.destination.journal = effect.journal
        break
      case 'fetch':
        disk.temporary = true
        if (this.#faults.diskFull === true) {
          this.#toDestination({ type: 'failed', why: 'the disk is full' })
        } else this.#post('origin', () => this.#hello())
        break
      case 'verify':
        this.#toDestination({ type: 'verified' })
        break
      case 'prove':
        if (this.#faults.commitBeforeInstall === true) this.#commit()
        this.#toOrigin({ type: 'proved' })
        break
      case 'install':
        if (this.#faults.skipInstall !== true) {
          disk.installed = true
          disk.temporary = false
        }
        this.#toDestination({ type: 'installed' })
        break
      case 'await-word':
        if (this.#faults.signsLate !== true) {
          this.#toDestination({ type: 'vouched', receipt: RECEIPT, isByOwner: true })
        }
        break
      case 'ask-origin':
        this.#askedTurn = this.turn
        this.#post('origin', () => this.#hello())
        break
      case 'submit-commit':
        this.#commit()
        break
      case 'submit-abort':
        this.#abort()
        break
      case 'submit-heartbeat':
        break
      case 'send-heartbeat':
        this.#toRequester({
          type: 'message',
          message: { verb: 'HEARTBEAT', machine: MACHINE },
          nowMs
        })
        break
      case 'send-resp':
        this.#toRequester({ type: 'message', message: effect.resp, nowMs })
        break
      case 'discard':
        disk.temporary = false
        disk.installed = false
        this.#toDestination({ type: 'discarded' })
        break
      case 'forget':
        this.destination.journal = undefined
    }
  }

  // Origin

  #signs(): boolean {
    this.#signatures += 1
    if (this.#faults.signsLate === true) return this.#signatures > 1
    return this.#faults.withholdsReceipt !== true
  }

  #hello(): void {
    const { state } = this.origin
    if (state === undefined || state.phase === 'over') {
      const asked = { self: ORIGIN, machine: MACHINE, migrationId: MIGRATION }
      this.#originStep(startOrigin({ ...asked, peer: DESTINATION_KEY }))
    } else this.#toOrigin({ type: 'hello' })
  }

  #toOrigin(event: OriginEvent): void {
    this.#post('origin', () => {
      const { state } = this.origin
      if (state !== undefined) this.#originStep(stepOrigin(state, event))
    })
  }

  #originStep(step: OriginStep): void {
    this.origin.state = step.state
    this.#perform<OriginEffect>('origin', step.effects, effect => this.#originEffect(effect))
  }

  #originEffect(effect: OriginEffect): void {
    switch (effect.type) {
      case 'read-ledger':
        this.#toOrigin({ type: 'ledger', ...this.#view(), destinationKey: DESTINATION_KEY })
        break
      case 'open-content':
        this.#toOrigin({ type: 'opened', root: ROOT })
        break
      case 'persist':
        this.origin.journal = effect.journal
        break
      case 'serve':
        // Who has every byte asks for none: it answers the challenge at once.
        if (this.#askedTurn === null) this.#toDestination({ type: 'fetched' })
        else this.#toOrigin({ type: 'proved' })
        break
      case 'sign-receipt':
        if (this.#faults.dropCopyAtReceipt === true) this.originDisk.copy = 'gone'
        this.#toDestination(
          this.#signs() ? { type: 'proved', receipt: RECEIPT } : { type: 'withheld' }
        )
        break
      case 'refuse':
        this.#toDestination({ type: 'failed', why: effect.message })
        break
      case 'keep-cached':
        this.originDisk.copy = 'cached'
        break
      case 'release':
        break
      case 'forget':
        this.origin.journal = undefined
    }
  }
}

/** Everything that is wrong at the end; empty when all is well. */
export function wrongs(world: World): readonly string[] {
  const { ledger, originDisk, destinationDisk, destination, origin } = world
  const moved = ledger.holder === DESTINATION
  const runnable = [
    ledger.holder === ORIGIN && originDisk.copy === 'machine',
    moved && destinationDisk.installed
  ].filter(Boolean).length
  const checks: readonly [boolean, string][] = [
    [!ledger.open, 'the move is still open on the ledger'],
    [runnable === 1, `there are ${runnable} runnable copies`],
    [ledger.version === (moved ? 4 : 3), `the version is ${ledger.version}`],
    [!moved || originDisk.copy === 'cached', `the origin's copy is '${originDisk.copy}'`],
    [moved || !destinationDisk.installed, 'the destination keeps a machine that is not its own'],
    [!destinationDisk.temporary, 'there are orphan files at the destination'],
    [destination.journal === undefined, 'the destination has not finished'],
    [origin.journal === undefined, 'the origin has not finished']
  ]
  return checks.filter(([ok]) => !ok).map(([, wrong]) => wrong)
}

function fresh<S, J>(): Process<S, J> {
  return { state: undefined, journal: undefined, downUntilTurn: 0 }
}

const CONTRACT = {
  host: DESTINATION,
  offer: ROOT,
  storagePrice: 1n,
  storagePeriodDays: 30,
  runningPrice: 1n,
  runningPeriodS: 3600
}

export const MIGRATION_RECORD: MigrationRecord = {
  id: MIGRATION,
  machine: MACHINE,
  owner: 'aa'.repeat(16),
  version: 3,
  previousState: 'suspended',
  origin: ORIGIN,
  destination: DESTINATION,
  contract: CONTRACT,
  escrow: 1n,
  root: ROOT,
  openedAtMs: 0,
  deadlineMs: DEADLINE_MS,
  hardLimitMs: DEADLINE_MS,
  heartbeatHeight: 0
}

export function machineRecord(holder: string, version: number): MachineRecord {
  return {
    uuid: MACHINE,
    owner: 'aa'.repeat(16),
    configuration: {
      name: 'one',
      processor: 'any',
      os: 'linux',
      speed: 100,
      memoryMb: 96,
      storageMb: 64,
      image: null
    },
    bid: { storagePer30Days: 1n, runningPerHour: 1n },
    state: 'migrating',
    version,
    holder,
    contract: CONTRACT,
    root: ROOT,
    sealed: { version, state: 'stopped' },
    retained: null,
    noticeAtMs: null,
    orderSequence: 1,
    billing: {
      storageDueMs: null,
      storageUnpaidSinceMs: null,
      runningDueMs: null,
      runningCreditMs: 0,
      spendLimit: null,
      spent: 0n,
      halt: null
    }
  }
}
