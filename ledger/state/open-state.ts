/** A state while a block changes it. */
import type {
  AccountId,
  AccountRecord,
  Attendance,
  BallotRecord,
  CandidateRecord,
  EpochRecord,
  HostRecord,
  MachineRecord,
  MigrationRecord,
  Picodollars,
  PublicKey,
  Uuid,
  YoungMoney
} from '../records/index.ts'
import { putValue, removeValue } from '../tree/index.ts'
import type { Charge, Draft, Due, NestedDraft, Turn } from './state.ts'
import { keyOf, type StateValue } from './tables.ts'
import { type Place, type StateTree, StateView } from './view.ts'

export abstract class OpenState extends StateView implements Draft {
  protected tree: StateTree

  constructor(place: Place, tree: StateTree) {
    super(place)
    this.tree = tree
  }

  putAccount(record: AccountRecord): void {
    const before = this.account(record.id)
    if (before !== undefined && before.name !== record.name) {
      this.#remove(keyOf.accountName(before.name))
    }
    this.#put(keyOf.account(record.id), record)
    if (before?.name !== record.name) this.#put(keyOf.accountName(record.name), record.id)
  }

  putHost(record: HostRecord): void {
    const before = this.host(record.uuid)
    if (before !== undefined && before.key !== record.key) this.#remove(keyOf.hostKey(before.key))
    this.#put(keyOf.host(record.owner, record.uuid), record)
    if (before === undefined) this.#put(keyOf.hostUuid(record.uuid), record.owner)
    if (before?.key !== record.key) this.#put(keyOf.hostKey(record.key), record.uuid)
  }

  putMachine(record: MachineRecord): void {
    const known = this.machine(record.uuid) !== undefined
    this.#put(keyOf.machine(record.owner, record.uuid), record)
    if (!known) this.#put(keyOf.machineUuid(record.uuid), record.owner)
  }

  removeMachine(uuid: Uuid): void {
    const machine = this.machine(uuid)
    if (machine === undefined) return
    this.#remove(keyOf.machine(machine.owner, uuid))
    this.#remove(keyOf.machineUuid(uuid))
  }

  putMigration(record: MigrationRecord): void {
    this.#put(keyOf.migration(record.machine), record)
  }

  removeMigration(machine: Uuid): void {
    this.#remove(keyOf.migration(machine))
  }

  schedule(due: Due): void {
    this.#put(keyOf.due(due), true)
  }

  unschedule(due: Due): void {
    this.#remove(keyOf.due(due))
  }

  putCharge(charge: Charge): void {
    this.#put(keyOf.charge(charge), true)
  }

  removeCharge(charge: Charge): void {
    this.#remove(keyOf.charge(charge))
  }

  putTurn(turn: Turn): void {
    this.#put(keyOf.turn(turn), true)
  }

  removeTurn(turn: Turn): void {
    this.#remove(keyOf.turn(turn))
  }

  standStill(ms: number): void {
    this.#put(keyOf.standstill, this.standstillMs + ms)
  }

  takeFee(amount: Picodollars): void {
    this.#put(keyOf.fees, this.fees + amount)
  }

  collectFees(coordinator: PublicKey, amount: Picodollars): void {
    this.#put(keyOf.collected(coordinator), this.collectedBy(coordinator) + amount)
  }

  earnFees(coordinator: PublicKey, amount: Picodollars): void {
    this.#put(keyOf.earned(coordinator), this.earnedBy(coordinator) + amount)
  }

  putAttendance(attendance: Attendance): void {
    this.#put(keyOf.attendance, attendance)
  }

  putCandidate(record: CandidateRecord): void {
    const before = this.candidate(record.account)
    if (before !== undefined && before.key !== record.key) {
      this.#remove(keyOf.candidateKey(before.key))
    }
    this.#put(keyOf.candidate(record.account), record)
    if (before?.key !== record.key) this.#put(keyOf.candidateKey(record.key), record.account)
  }

  removeCandidate(account: AccountId): void {
    const candidate = this.candidate(account)
    if (candidate === undefined) return
    this.#remove(keyOf.candidate(account))
    this.#remove(keyOf.candidateKey(candidate.key))
  }

  bar(key: PublicKey): void {
    this.#put(keyOf.barred(key), true)
  }

  putBallot(record: BallotRecord): void {
    this.#put(keyOf.ballot(record.voter), record)
  }

  removeBallot(voter: AccountId): void {
    this.#remove(keyOf.ballot(voter))
  }

  putYoungMoney(account: AccountId, young: YoungMoney): void {
    this.#put(keyOf.young(account), young)
  }

  burn(amount: Picodollars): void {
    this.#put(keyOf.burned, this.burned + amount)
  }

  putEpoch(record: EpochRecord): void {
    this.#put(keyOf.epoch, record)
  }

  issue(amount: Picodollars): void {
    this.#put(keyOf.issued, this.issued + amount)
  }

  nested(): NestedDraft {
    const base = this.tree
    return new Nested(this.place, base, {
      touch: (key, isPrefix) => this.touch(key, isPrefix),
      merge: changed => {
        if (this.tree !== base) throw new Error('the draft changed while a nested one was open')
        this.tree = changed
      }
    })
  }

  #put(key: string, value: StateValue): void {
    this.tree = putValue(this.tree, key, value)
  }

  #remove(key: string): void {
    this.tree = removeValue(this.tree, key)
  }
}

/** What a nested draft tells the one that it is in. */
interface Outer {
  touch(key: string, isPrefix: boolean): void
  merge(tree: StateTree): void
}

class Nested extends OpenState implements NestedDraft {
  readonly #outer: Outer

  constructor(place: Place, tree: StateTree, outer: Outer) {
    super(place, tree)
    this.#outer = outer
  }

  merge(): void {
    this.#outer.merge(this.tree)
  }

  protected override touch(key: string, isPrefix: boolean): void {
    this.#outer.touch(key, isPrefix)
  }
}
