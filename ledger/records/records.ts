/**
 * What the ledger knows. Every record is an immutable plain object; ids, keys, hashes and signatures are
 * lower-case hex strings in memory (so that `===` compares them) and byte strings on the wire.
 */

/** Canonical lower-case text form. Machines and hosts have version 8 UUIDs, made from sha256(owner, nonce). */
export type Uuid = string
/** First 16 bytes of sha256(first public key): 32 hex digits. */
export type AccountId = string
/** SHA-256: 64 hex digits. */
export type Hash = string
/** Ed25519: 64 hex digits. */
export type PublicKey = string
/** Ed25519: 128 hex digits. */
export type Signature = string
/** 1e-12 dollar. Never negative in a record; 16 bytes big-endian on the wire. */
export type Picodollars = bigint

export type AccountKind = 'buyer' | 'provider'

/** The part of a machine that is bought. `speed` in bogomips, sizes in MB (2^20 bytes) as in the 2004 text. */
export interface Configuration {
  readonly name: string
  /** Processor asked for, e.g. `Pentium3`, `x86-64`, or `any`. */
  readonly processor: string
  readonly os: string
  readonly speed: number
  readonly memoryMb: number
  readonly storageMb: number
  /** Content hash of the preconfigured image, null for a blank machine. */
  readonly image: Hash | null
}

/** What the buyer is ready to pay (2004 text, 5.1.3): rates normalised to 30 days and 3,600 s. */
export interface Bid {
  readonly storagePer30Days: Picodollars
  readonly runningPerHour: Picodollars
}

export interface Resources {
  /** bogomips */
  readonly speed: number
  readonly memoryMb: number
  readonly storageMb: number
}

export interface AccountRecord {
  readonly id: AccountId
  /** 3 to 32 of a-z A-Z 0-9 . _ -; unique in the network, whether in capitals or not. */
  readonly name: string
  readonly kind: AccountKind
  readonly key: PublicKey
  readonly balance: Picodollars
  /** Highest nonce used; the next transaction carries exactly nonce + 1. */
  readonly nonce: number
}

/** A physical machine. Totals are locked when it is added (2004 text, 5.2.3, footnote 16). */
export interface HostRecord {
  readonly uuid: Uuid
  readonly owner: AccountId
  /** The host's own key: its node's PeerId, and what signs offers, confirmations and commits. */
  readonly key: PublicKey
  readonly name: string
  readonly processor: string
  readonly totals: Resources
  /** What contracts, moves on their way here and retained copies ask for. */
  readonly reserved: Resources
  readonly nonce: number
  readonly liveness: Liveness
}

/**
 * When a host was heard. Times are on the ledger's uptime: block time without the time in which the ledger
 * itself stood still (`ledger/SPEC.md`, Clocks).
 */
export interface Liveness {
  /** Height named by the last alive record: they are monotone by height and stand outside the nonce. */
  readonly aliveHeight: number
  readonly heardMs: number
  /** How long it was silent in all, up to when it was heard last: by so much its clock is behind the uptime. */
  readonly silentMs: number
}

export type MachineState =
  | 'registered'
  | 'stored'
  | 'started'
  | 'stopped'
  | 'suspended'
  | 'migrating'

/** Prices are computed once from the signed offer and stay as they are (2004 text, 5.2.3). */
export interface Contract {
  readonly host: Uuid
  /** Hash of the signed offer the prices come from. */
  readonly offer: Hash
  /** Per storage period. */
  readonly storagePrice: Picodollars
  readonly storagePeriodDays: number
  /** Per running period. */
  readonly runningPrice: Picodollars
  readonly runningPeriodS: number
}

/**
 * Why the running clock stands although the machine is still recorded as started: the owner could not meet a
 * charge, or the spend limit signed in the start or resume order is reached. The host must suspend.
 */
export interface Halt {
  readonly reason: 'unpaid' | 'limit'
  readonly atMs: number
}

/** Times are block times in ms since 1970, but for that of the running clock. */
export interface Billing {
  /** When the next storage period begins and is charged; null while registered. */
  readonly storageDueMs: number | null
  /** Since when a storage charge could not be met; null if all is paid. */
  readonly storageUnpaidSinceMs: number | null
  /**
   * When the next running period begins and is charged, on the clock of the machine's host, which stands while
   * the host is silent; null unless the machine runs and is paid for.
   */
  readonly runningDueMs: number | null
  /** Paid but unused part of a running period, used up first at the next start on the same host. */
  readonly runningCreditMs: number
  /** Limit on running charges signed by the owner in the last start or resume order; null before the first. */
  readonly spendLimit: Picodollars | null
  /** Running charges since that order. */
  readonly spent: Picodollars
  readonly halt: Halt | null
}

export interface MachineRecord {
  readonly uuid: Uuid
  readonly owner: AccountId
  readonly configuration: Configuration
  readonly bid: Bid
  readonly state: MachineState
  /** 0 while registered; grows by one exactly where section 4 of the 2004 text says. */
  readonly version: number
  /** The host that holds the machine; null while registered. */
  readonly holder: Uuid | null
  readonly contract: Contract | null
  /** Content root last sealed; null while registered. */
  readonly root: Hash | null
  /** What the root was sealed at; null while registered. A lower version than the machine's: not sealed since. */
  readonly sealed: Seal | null
  /** The copy that the origin of the last move has to keep for a while. */
  readonly retained: RetainedCopy | null
  /** When the holder gave notice; null if it did not. */
  readonly noticeAtMs: number | null
  /** Highest order sequence used or cancelled. */
  readonly orderSequence: number
  readonly billing: Billing
}

export type RestingState = 'stored' | 'stopped' | 'suspended'

export interface Seal {
  readonly version: number
  /** The state that the sealed content is one of: with memory exactly in `suspended`. */
  readonly state: RestingState
}

/** Its content is that of the machine's root: the copy is let go when another root is sealed. */
export interface RetainedCopy {
  readonly host: Uuid
  readonly untilMs: number
}

/** One open move of one machine: an escrow with a deadline. */
export interface MigrationRecord {
  /** sha256 of (network, machine, version, opening nonce). */
  readonly id: Hash
  readonly machine: Uuid
  readonly owner: AccountId
  /** Version that leaves the origin. */
  readonly version: number
  readonly previousState: RestingState
  readonly origin: Uuid
  readonly destination: Uuid
  /** The contract that begins when the move is committed. */
  readonly contract: Contract
  /** First storage price at the destination, taken from the owner when the move was opened. */
  readonly escrow: Picodollars
  /** Root of what must arrive. */
  readonly root: Hash
  readonly openedAtMs: number
  readonly deadlineMs: number
  /** HEARTBEATs push the deadline no further than this. */
  readonly hardLimitMs: number
  /** Height of the last HEARTBEAT: they are monotone by height and stand outside the nonce. */
  readonly heartbeatHeight: number
}

/** Parameters fixed by the genesis. */
export interface Parameters {
  /** Granted at sign-up; only on a genesis marked `dev`. */
  readonly signupGrant: Picodollars
  readonly migrationDeadlineMs: number
  readonly migrationHardLimitMs: number
  /** Most blocks a transaction may name as its life, from the present height. */
  readonly expiryHeightsMax: number
  /** A host sends one alive record in each period of so many ms; after three missed ones it is silent. */
  readonly alivePeriodMs: number
  /**
   * A host that has seen no final header newer than this pauses its machines; so a gap between blocks counts as
   * running time up to here and no further.
   */
  readonly leaseMs: number
  /** From an unmet storage charge, or from notice, to when the holder may evict. */
  readonly graceMs: number
  /** How long the origin of a move keeps its copy, unless the destination seals a new version before. */
  readonly retentionMs: number
  /** What an `open-account` costs in place of the transaction fee. */
  readonly openFee: Picodollars
  /** What a `register-host` or `register-machine` costs in place of the transaction fee. */
  readonly registerFee: Picodollars
  /** What every other transaction costs, and every one whose rule fails; alive records are free. */
  readonly transactionFee: Picodollars
  /** null: the first coordinators stay for ever. */
  readonly election: ElectionParameters | null
}

/** An epoch ends when it has `epochBlocks` blocks, or `tallyBlocks` after it has lasted for `epochMs`. */
export interface ElectionParameters {
  readonly epochBlocks: number
  readonly epochMs: number
  /** From the block in which votes are counted to the last one of the epoch. */
  readonly tallyBlocks: number
  /** What a candidate locks up. */
  readonly bond: Picodollars
  /** Percent of all money with a vote that has to vote, or the old set stays on. */
  readonly turnoutPercent: number
  readonly sizeMax: 1 | 4 | 7
  /** Blocks over which a coordinator's silence is judged. */
  readonly silenceViews: number
}

/** A coordinator. */
export interface Member {
  readonly name: string
  /** Consensus key. */
  readonly key: PublicKey
}

export interface Genesis {
  readonly name: string
  /** A development network: sign-up grants money, and everything says so. */
  readonly dev: boolean
  readonly timeMs: number
  /** Key that may issue money on a real network. */
  readonly issuer: PublicKey
  /** First coordinators: 1, 4 or 7. */
  readonly coordinators: readonly Member[]
  readonly parameters: Parameters
}
