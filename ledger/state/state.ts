import type {
  AccountId,
  AccountRecord,
  Genesis,
  Hash,
  HostRecord,
  MachineRecord,
  MigrationRecord,
  Picodollars,
  PublicKey,
  Uuid
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
  /** All money there is: balances, escrows and fees not yet collected are equal to it, always. */
  readonly issued: Picodollars
  /** How long the ledger itself has stood still, in all: uptime = block time - this. */
  readonly standstillMs: number
  /** All fees ever paid. */
  readonly fees: Picodollars

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
  /** Adds to `issued`; the caller credits the same amount somewhere. */
  issue(amount: Picodollars): void
  /** A draft over this one: `merge()` keeps its changes here, dropping it forgets them. */
  nested(): NestedDraft
}

export interface NestedDraft extends Draft {
  merge(): void
}
