import type {
  AccountId,
  AccountRecord,
  Attendance,
  BallotRecord,
  CandidateRecord,
  Charge,
  Draft,
  Due,
  EpochRecord,
  Genesis,
  Hash,
  HostRecord,
  MachineRecord,
  MigrationRecord,
  NestedDraft,
  Picodollars,
  PublicKey,
  Turn,
  Uuid,
  YoungMoney
} from '../../ledger/index.ts'

/**
 * The reference store: maps that are scanned and copied. Slow, and simple enough to be believed, so that the
 * tree of `ledger/state` can be held against it.
 */
export class NaiveState implements Draft {
  readonly genesis: Genesis
  readonly network: Hash
  height = 0
  timeMs: number
  issued: Picodollars = 0n
  standstillMs = 0
  fees: Picodollars = 0n
  epoch: EpochRecord
  attendance: Attendance = { views: 0, signed: [] }
  burned: Picodollars = 0n
  #accounts: Map<AccountId, AccountRecord> = new Map()
  #hosts: Map<Uuid, HostRecord> = new Map()
  #machines: Map<Uuid, MachineRecord> = new Map()
  #migrations: Map<Uuid, MigrationRecord> = new Map()
  #dues: Map<string, Due> = new Map()
  #charges: Map<string, Charge> = new Map()
  #turns: Map<string, Turn> = new Map()
  #collected: Map<PublicKey, Picodollars> = new Map()
  #earned: Map<PublicKey, Picodollars> = new Map()
  #candidates: Map<AccountId, CandidateRecord> = new Map()
  #barred: Set<PublicKey> = new Set()
  #ballots: Map<AccountId, BallotRecord> = new Map()
  #young: Map<AccountId, YoungMoney> = new Map()

  constructor(genesis: Genesis, network: Hash) {
    this.genesis = genesis
    this.network = network
    this.timeMs = genesis.timeMs
    this.epoch = {
      epoch: 0,
      members: genesis.coordinators,
      runnersUp: [],
      startHeight: 0,
      startMs: genesis.timeMs,
      endHeight: null,
      elected: null,
      held: 0,
      feesBefore: 0n,
      issuedBefore: 0n,
      issuedLongBefore: 0n
    }
  }

  /** A copy that is the draft of a block. */
  draftOf(height: number, timeMs: number): NaiveState {
    const draft = this.clone()
    draft.height = height
    draft.timeMs = timeMs
    return draft
  }

  clone(): NaiveState {
    const copy = new NaiveState(this.genesis, this.network)
    copy.adopt(this)
    return copy
  }

  adopt(other: NaiveState): void {
    this.height = other.height
    this.timeMs = other.timeMs
    this.issued = other.issued
    this.standstillMs = other.standstillMs
    this.fees = other.fees
    this.epoch = other.epoch
    this.#accounts = new Map(other.#accounts)
    this.#hosts = new Map(other.#hosts)
    this.#machines = new Map(other.#machines)
    this.#migrations = new Map(other.#migrations)
    this.#dues = new Map(other.#dues)
    this.#charges = new Map(other.#charges)
    this.#turns = new Map(other.#turns)
    this.#collected = new Map(other.#collected)
    this.attendance = other.attendance
    this.burned = other.burned
    this.#earned = new Map(other.#earned)
    this.#candidates = new Map(other.#candidates)
    this.#barred = new Set(other.#barred)
    this.#ballots = new Map(other.#ballots)
    this.#young = new Map(other.#young)
  }

  nested(): NestedDraft {
    return new NaiveNested(this)
  }

  account(id: AccountId): AccountRecord | undefined {
    return this.#accounts.get(id)
  }

  accountNamed(name: string): AccountRecord | undefined {
    return [...this.#accounts.values()].find(
      account => account.name.toLowerCase() === name.toLowerCase()
    )
  }

  accounts(): AccountRecord[] {
    return sorted(this.#accounts)
  }

  host(uuid: Uuid): HostRecord | undefined {
    return this.#hosts.get(uuid)
  }

  hostWithKey(key: PublicKey): HostRecord | undefined {
    return [...this.#hosts.values()].find(host => host.key === key)
  }

  hosts(owner?: AccountId): HostRecord[] {
    return sorted(this.#hosts).filter(host => owner === undefined || host.owner === owner)
  }

  machine(uuid: Uuid): MachineRecord | undefined {
    return this.#machines.get(uuid)
  }

  machines(owner?: AccountId): MachineRecord[] {
    return sorted(this.#machines).filter(machine => owner === undefined || machine.owner === owner)
  }

  migration(machine: Uuid): MigrationRecord | undefined {
    return this.#migrations.get(machine)
  }

  migrations(): MigrationRecord[] {
    return sorted(this.#migrations)
  }

  nextDue(after?: Due): Due | undefined {
    return this.dues().find(due => after === undefined || compareDues(due, after) > 0)
  }

  dues(): Due[] {
    return [...this.#dues.values()].sort(compareDues)
  }

  charges(host?: Uuid): Charge[] {
    return [...this.#charges.values()]
      .filter(charge => host === undefined || charge.host === host)
      .sort(
        (a, b) =>
          compareTexts(a.host, b.host) ||
          a.clockMs - b.clockMs ||
          compareTexts(a.machine, b.machine)
      )
  }

  turns(): Turn[] {
    return [...this.#turns.values()].sort(
      (a, b) => a.uptimeMs - b.uptimeMs || compareTexts(a.machine, b.machine)
    )
  }

  collectedBy(coordinator: PublicKey): Picodollars {
    return this.#collected.get(coordinator) ?? 0n
  }

  earnedBy(coordinator: PublicKey): Picodollars {
    return this.#earned.get(coordinator) ?? 0n
  }

  feeEarners(): PublicKey[] {
    return [...new Set([...this.#collected.keys(), ...this.#earned.keys()])].sort()
  }

  candidate(account: AccountId): CandidateRecord | undefined {
    return this.#candidates.get(account)
  }

  candidateWithKey(key: PublicKey): CandidateRecord | undefined {
    return [...this.#candidates.values()].find(candidate => candidate.key === key)
  }

  candidates(): CandidateRecord[] {
    return sorted(this.#candidates)
  }

  isBarred(key: PublicKey): boolean {
    return this.#barred.has(key)
  }

  ballot(voter: AccountId): BallotRecord | undefined {
    return this.#ballots.get(voter)
  }

  ballots(): BallotRecord[] {
    return sorted(this.#ballots)
  }

  youngMoney(account: AccountId): YoungMoney | undefined {
    return this.#young.get(account)
  }

  putAccount(record: AccountRecord): void {
    this.#accounts.set(record.id, record)
  }

  putHost(record: HostRecord): void {
    this.#hosts.set(record.uuid, record)
  }

  putMachine(record: MachineRecord): void {
    this.#machines.set(record.uuid, record)
  }

  removeMachine(uuid: Uuid): void {
    this.#machines.delete(uuid)
  }

  putMigration(record: MigrationRecord): void {
    this.#migrations.set(record.machine, record)
  }

  removeMigration(machine: Uuid): void {
    this.#migrations.delete(machine)
  }

  schedule(due: Due): void {
    this.#dues.set(keyOf(due), due)
  }

  unschedule(due: Due): void {
    this.#dues.delete(keyOf(due))
  }

  putCharge(charge: Charge): void {
    this.#charges.set(`${charge.host}/${charge.clockMs}/${charge.machine}`, charge)
  }

  removeCharge(charge: Charge): void {
    this.#charges.delete(`${charge.host}/${charge.clockMs}/${charge.machine}`)
  }

  putTurn(turn: Turn): void {
    this.#turns.set(`${turn.uptimeMs}/${turn.machine}`, turn)
  }

  removeTurn(turn: Turn): void {
    this.#turns.delete(`${turn.uptimeMs}/${turn.machine}`)
  }

  standStill(ms: number): void {
    this.standstillMs += ms
  }

  takeFee(amount: Picodollars): void {
    this.fees += amount
  }

  collectFees(coordinator: PublicKey, amount: Picodollars): void {
    this.#collected.set(coordinator, this.collectedBy(coordinator) + amount)
  }

  earnFees(coordinator: PublicKey, amount: Picodollars): void {
    this.#earned.set(coordinator, this.earnedBy(coordinator) + amount)
  }

  putAttendance(attendance: Attendance): void {
    this.attendance = attendance
  }

  putCandidate(record: CandidateRecord): void {
    this.#candidates.set(record.account, record)
  }

  removeCandidate(account: AccountId): void {
    this.#candidates.delete(account)
  }

  bar(key: PublicKey): void {
    this.#barred.add(key)
  }

  putBallot(record: BallotRecord): void {
    this.#ballots.set(record.voter, record)
  }

  removeBallot(voter: AccountId): void {
    this.#ballots.delete(voter)
  }

  putYoungMoney(account: AccountId, young: YoungMoney): void {
    this.#young.set(account, young)
  }

  burn(amount: Picodollars): void {
    this.burned += amount
  }

  putEpoch(record: EpochRecord): void {
    this.epoch = record
  }

  issue(amount: Picodollars): void {
    this.issued += amount
  }
}

class NaiveNested extends NaiveState implements NestedDraft {
  readonly #parent: NaiveState

  constructor(parent: NaiveState) {
    super(parent.genesis, parent.network)
    this.#parent = parent
    this.adopt(parent)
  }

  merge(): void {
    this.#parent.adopt(this)
  }
}

function keyOf(due: Due): string {
  return `${due.atMs}/${due.machine}/${due.kind}`
}

export function compareDues(a: Due, b: Due): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs
  if (a.machine !== b.machine) return a.machine < b.machine ? -1 : 1
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1
  return 0
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function sorted<T>(records: ReadonlyMap<string, T>): T[] {
  return [...records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record)
}
