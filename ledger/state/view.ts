import type {
  AccountId,
  AccountRecord,
  Attendance,
  BallotRecord,
  CandidateRecord,
  EpochRecord,
  Genesis,
  Hash,
  HostRecord,
  MachineRecord,
  MigrationRecord,
  Picodollars,
  PublicKey,
  Uuid,
  YoungMoney
} from '../records/index.ts'
import { entriesFrom, getValue, type Tree } from '../tree/index.ts'
import type { Charge, Due, StateReader, Turn } from './state.ts'
import { chargeOfKey, dueOfKey, keyOf, type StateValue, type Tables, turnOfKey } from './tables.ts'

export type StateTree = Tree<StateValue>

/** What all states of one network share, and where in its history this one stands. */
export interface Place {
  readonly genesis: Genesis
  readonly network: Hash
  readonly height: number
  readonly timeMs: number
}

/** Reads a tree; whoever extends it says which. */
export abstract class StateView implements StateReader {
  protected readonly place: Place
  protected abstract get tree(): StateTree

  constructor(place: Place) {
    this.place = place
  }

  /** Called with each key, or beginning of keys, that is about to be read. */
  protected touch(_key: string, _isPrefix: boolean): void {}

  get genesis(): Genesis {
    return this.place.genesis
  }

  get network(): Hash {
    return this.place.network
  }

  get height(): number {
    return this.place.height
  }

  get timeMs(): number {
    return this.place.timeMs
  }

  get issued(): Picodollars {
    return this.#get<'issued'>(keyOf.issued) ?? 0n
  }

  get standstillMs(): number {
    return this.#get<'standstill'>(keyOf.standstill) ?? 0
  }

  get fees(): Picodollars {
    return this.#get<'fees'>(keyOf.fees) ?? 0n
  }

  get epoch(): EpochRecord {
    return this.#get<'epoch'>(keyOf.epoch) ?? firstEpoch(this.genesis)
  }

  get attendance(): Attendance {
    return this.#get<'attendance'>(keyOf.attendance) ?? { views: 0, signed: [] }
  }

  get burned(): Picodollars {
    return this.#get<'burned'>(keyOf.burned) ?? 0n
  }

  account(id: AccountId): AccountRecord | undefined {
    return this.#get<'account'>(keyOf.account(id))
  }

  accountNamed(name: string): AccountRecord | undefined {
    const id = this.#get<'account-name'>(keyOf.accountName(name))
    return id === undefined ? undefined : this.account(id)
  }

  accounts(): Iterable<AccountRecord> {
    return this.#values<'account'>('account/')
  }

  host(uuid: Uuid): HostRecord | undefined {
    const owner = this.#get<'host-uuid'>(keyOf.hostUuid(uuid))
    return owner === undefined ? undefined : this.#get<'host'>(keyOf.host(owner, uuid))
  }

  hostWithKey(key: PublicKey): HostRecord | undefined {
    const uuid = this.#get<'host-key'>(keyOf.hostKey(key))
    return uuid === undefined ? undefined : this.host(uuid)
  }

  hosts(owner?: AccountId): Iterable<HostRecord> {
    return this.#values<'host'>(owner === undefined ? 'host/' : `host/${owner}/`)
  }

  machine(uuid: Uuid): MachineRecord | undefined {
    const owner = this.#get<'machine-uuid'>(keyOf.machineUuid(uuid))
    return owner === undefined ? undefined : this.#get<'machine'>(keyOf.machine(owner, uuid))
  }

  machines(owner?: AccountId): Iterable<MachineRecord> {
    return this.#values<'machine'>(owner === undefined ? 'machine/' : `machine/${owner}/`)
  }

  migration(machine: Uuid): MigrationRecord | undefined {
    return this.#get<'migration'>(keyOf.migration(machine))
  }

  migrations(): Iterable<MigrationRecord> {
    return this.#values<'migration'>('migration/')
  }

  nextDue(after?: Due): Due | undefined {
    const past = after === undefined ? undefined : keyOf.due(after)
    for (const [key] of this.#entries(past ?? 'due/', 'due/')) {
      if (key !== past) return dueOfKey(key)
    }
    return undefined
  }

  *dues(): Iterable<Due> {
    for (const [key] of this.#entries('due/', 'due/')) yield dueOfKey(key)
  }

  *charges(host?: Uuid): Iterable<Charge> {
    const prefix = host === undefined ? 'charge/' : `charge/${host}/`
    for (const [key] of this.#entries(prefix, prefix)) yield chargeOfKey(key)
  }

  *turns(): Iterable<Turn> {
    for (const [key] of this.#entries('turn/', 'turn/')) yield turnOfKey(key)
  }

  collectedBy(coordinator: PublicKey): Picodollars {
    return this.#get<'collected'>(keyOf.collected(coordinator)) ?? 0n
  }

  earnedBy(coordinator: PublicKey): Picodollars {
    return this.#get<'earned'>(keyOf.earned(coordinator)) ?? 0n
  }

  feeEarners(): Iterable<PublicKey> {
    const keys = new Set<PublicKey>()
    for (const table of ['collected/', 'earned/']) {
      for (const [key] of this.#entries(table, table)) keys.add(key.slice(table.length))
    }
    return [...keys].sort()
  }

  candidate(account: AccountId): CandidateRecord | undefined {
    return this.#get<'candidate'>(keyOf.candidate(account))
  }

  candidateWithKey(key: PublicKey): CandidateRecord | undefined {
    const account = this.#get<'candidate-key'>(keyOf.candidateKey(key))
    return account === undefined ? undefined : this.candidate(account)
  }

  candidates(): Iterable<CandidateRecord> {
    return this.#values<'candidate'>('candidate/')
  }

  isBarred(key: PublicKey): boolean {
    return this.#get<'barred'>(keyOf.barred(key)) !== undefined
  }

  ballot(voter: AccountId): BallotRecord | undefined {
    return this.#get<'ballot'>(keyOf.ballot(voter))
  }

  ballots(): Iterable<BallotRecord> {
    return this.#values<'ballot'>('ballot/')
  }

  youngMoney(account: AccountId): YoungMoney | undefined {
    return this.#get<'young'>(keyOf.young(account))
  }

  /** The table is part of the key (`keyOf`), which is what makes this cast true. */
  #get<K extends keyof Tables>(key: string): Tables[K] | undefined {
    this.touch(key, false)
    return getValue(this.tree, key) as Tables[K] | undefined
  }

  *#values<K extends keyof Tables>(prefix: string): Iterable<Tables[K]> {
    for (const [, value] of this.#entries(prefix, prefix)) yield value as Tables[K]
  }

  *#entries(from: string, prefix: string): Iterable<readonly [string, StateValue]> {
    this.touch(prefix, true)
    for (const entry of entriesFrom(this.tree, from)) {
      if (!entry[0].startsWith(prefix)) return
      yield entry
    }
  }
}

/** That of the genesis, which is before any state: block 1 puts it down. */
function firstEpoch({ coordinators, timeMs }: Genesis): EpochRecord {
  return {
    epoch: 0,
    members: coordinators,
    runnersUp: [],
    startHeight: 0,
    startMs: timeMs,
    endHeight: null,
    elected: null,
    held: 0,
    feesBefore: 0n,
    issuedBefore: 0n,
    issuedLongBefore: 0n
  }
}
