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

/** Something block time will bring about: a charge, or the end of a migration's patience. */
export interface Due {
  readonly atMs: number
  readonly machine: Uuid
  readonly kind: 'storage' | 'running' | 'migration'
}

/** One state of the ledger, that after some block. Immutable. */
export interface StateReader {
  readonly genesis: Genesis
  /** sha256 of the genesis: what every signature and every protocol id carries. */
  readonly network: Hash
  /** Height and time of the block this state is after; 0 and the genesis time at first. */
  readonly height: number
  readonly timeMs: number
  /** All money there is: balances + escrows are equal to it, always. */
  readonly issued: Picodollars

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
  /** Adds to `issued`; the caller credits the same amount somewhere. */
  issue(amount: Picodollars): void
  /** A draft over this one: `merge()` keeps its changes here, dropping it forgets them. */
  nested(): NestedDraft
}

export interface NestedDraft extends Draft {
  merge(): void
}
