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

/** Something block time will bring about: a storage charge, or the end of a move's or a copy's patience. */
export interface Due {
  readonly atMs: number
  readonly machine: Uuid
  readonly kind: 'storage' | 'migration' | 'retention'
}

/** A running charge on the clock of the machine's host, which stands while the host is silent. */
export interface Charge {
  readonly host: Uuid
  readonly clockMs: number
  readonly machine: Uuid
}

/** The first charge of a host that will come about even if the host is heard no more; on the ledger's uptime. */
export interface Turn {
  readonly uptimeMs: number
  readonly machine: Uuid
}

/** One state of the ledger, that after some block. Immutable. */
export interface StateReader {
  readonly genesis: Genesis
  /** sha256 of the genesis: what every signature and every protocol id carries. */
  readonly network: Hash
  /** Height and time of the block this state is after; 0 and the genesis time at first. */
  readonly height: number
  readonly timeMs: number
  /** All money there ever was: balances, escrows, bonds, fees not yet collected and what was burned are equal to it. */
  readonly issued: Picodollars
  /** How long the ledger itself has stood still, in all: uptime = block time - this. */
  readonly standstillMs: number
  /** All fees ever paid. */
  readonly fees: Picodollars
  /** The epoch that the next block is in, with those who may certify that block. */
  readonly epoch: EpochRecord
  /** Of the members of the epoch, as far as it was counted. */
  readonly attendance: Attendance
  /** Bonds of which nobody has anything any more. */
  readonly burned: Picodollars

  account(id: AccountId): AccountRecord | undefined
  accountNamed(name: string): AccountRecord | undefined
  accounts(): Iterable<AccountRecord>
  host(uuid: Uuid): HostRecord | undefined
  hostWithKey(key: PublicKey): HostRecord | undefined
  hosts(owner?: AccountId): Iterable<HostRecord>
  machine(uuid: Uuid): MachineRecord | undefined
  machines(owner?: AccountId): Iterable<MachineRecord>
  /** The open move of a machine. */
  migration(machine: Uuid): MigrationRecord | undefined
  migrations(): Iterable<MigrationRecord>
  /** First in (time, machine, kind) order, strictly after `after` when given. */
  nextDue(after?: Due): Due | undefined
  dues(): Iterable<Due>
  /** In (clock, machine) order; of all hosts unless one is named. */
  charges(host?: Uuid): Iterable<Charge>
  /** In (uptime, machine) order. */
  turns(): Iterable<Turn>
  /** Fees that a coordinator has collected so far. */
  collectedBy(coordinator: PublicKey): Picodollars
  /** Fees of epochs that are over. */
  earnedBy(coordinator: PublicKey): Picodollars
  /** Everybody who ever earned or collected fees, in the order of keys. */
  feeEarners(): Iterable<PublicKey>
  candidate(account: AccountId): CandidateRecord | undefined
  candidateWithKey(key: PublicKey): CandidateRecord | undefined
  /** In the order of account ids. */
  candidates(): Iterable<CandidateRecord>
  isBarred(key: PublicKey): boolean
  ballot(voter: AccountId): BallotRecord | undefined
  ballots(): Iterable<BallotRecord>
  youngMoney(account: AccountId): YoungMoney | undefined
}

/**
 * A state being changed by one block: its `height` and `timeMs` are already that block's.
 * Dropped without trace when a rule fails.
 */
export interface Draft extends StateReader {
  putAccount(record: AccountRecord): void
  putHost(record: HostRecord): void
  putMachine(record: MachineRecord): void
  removeMachine(uuid: Uuid): void
  putMigration(record: MigrationRecord): void
  removeMigration(machine: Uuid): void
  schedule(due: Due): void
  unschedule(due: Due): void
  putCharge(charge: Charge): void
  removeCharge(charge: Charge): void
  putTurn(turn: Turn): void
  removeTurn(turn: Turn): void
  /** Adds to the time in which the ledger stood still. */
  standStill(ms: number): void
  /** Adds to `fees`; the caller has taken the same amount from somebody. */
  takeFee(amount: Picodollars): void
  /** Adds to what a coordinator has collected; the caller credits the same amount somewhere. */
  collectFees(coordinator: PublicKey, amount: Picodollars): void
  /** Adds to what a coordinator has earned in epochs that are over. */
  earnFees(coordinator: PublicKey, amount: Picodollars): void
  putEpoch(record: EpochRecord): void
  putAttendance(attendance: Attendance): void
  putCandidate(record: CandidateRecord): void
  /** The caller has given its bond to somebody. */
  removeCandidate(account: AccountId): void
  bar(key: PublicKey): void
  putBallot(record: BallotRecord): void
  removeBallot(voter: AccountId): void
  putYoungMoney(account: AccountId, young: YoungMoney): void
  /** Adds to `burned`; the caller has taken the same amount from somebody. */
  burn(amount: Picodollars): void
  /** Adds to `issued`; the caller credits the same amount somewhere. */
  issue(amount: Picodollars): void
  /** A draft over this one: `merge()` keeps its changes here, dropping it forgets them. */
  nested(): NestedDraft
}

export interface NestedDraft extends Draft {
  merge(): void
}
