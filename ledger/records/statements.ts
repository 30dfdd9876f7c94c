/**
 * Signed statements that travel outside transactions and are later shown to the ledger inside one.
 * What is signed is always: domain string, network id, canonical bytes (see `ledger/encoding`).
 */
import type {
  AccountId,
  Hash,
  MachineState,
  Picodollars,
  Resources,
  Signature,
  Uuid
} from './records.ts'

/** A provider's offer of one host (2004 text, table pmseller), signed by the host's key. */
export interface Offer {
  readonly host: Uuid
  readonly owner: AccountId
  readonly name: string
  readonly processor: string
  readonly totals: Resources
  readonly free: Resources
  readonly prices: Prices
  /** As shown to people, e.g. `1GB`. */
  readonly connectSpeed: string
  /** VMMP methods this host can receive with, upper case. */
  readonly methods: readonly string[]
  /** Hashes of the preconfigured images it can store. */
  readonly images: readonly Hash[]
  /** Where its node listens; text multiaddrs, the PeerId is that of the host's key. */
  readonly addresses: readonly string[]
  /** Grows with every offer of this host; a lower one is stale. */
  readonly sequence: number
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

/** Prices and the chunks they are for (2004 text, 5.2.2 and figure 28). */
export interface Prices {
  readonly speedUnit: number
  /** Per second per speedUnit. */
  readonly speedPrice: Picodollars
  readonly memoryUnitMb: number
  /** Per second per memoryUnit. */
  readonly memoryPrice: Picodollars
  readonly storageUnitMb: number
  /** Per day per storageUnit. */
  readonly storagePrice: Picodollars
  /** Running period, 60 to 86,400 s. */
  readonly runningPeriodS: number
  /** Storage period, 1 to 31 days. */
  readonly storagePeriodDays: number
}

export interface SignedOffer {
  readonly offer: Offer
  readonly signature: Signature
}

export type OrderVerb = 'store' | 'start' | 'resume' | 'stop' | 'suspend' | 'delete'

/** The owner's signed wish for one machine in one state at one version. */
export interface Order {
  readonly verb: OrderVerb
  readonly machine: Uuid
  /** The host that is to carry it out. */
  readonly host: Uuid
  readonly state: MachineState
  readonly version: number
  /** Per machine; must exceed the machine's `orderSequence`. */
  readonly sequence: number
  /** The offer a `store` is made under; null for every other verb. */
  readonly offer: SignedOffer | null
  /** Limit on running charges; set for `start` and `resume`, null otherwise. */
  readonly spendLimit: Picodollars | null
  readonly expiryHeight: number
}

export interface SignedOrder {
  readonly order: Order
  readonly owner: AccountId
  readonly signature: Signature
}

/** The destination's promise to take a machine in; signed by the destination host's key. */
export interface Acceptance {
  readonly machine: Uuid
  readonly version: number
  readonly destination: Uuid
  /** Hash of the signed offer. */
  readonly offer: Hash
  readonly expiryHeight: number
}

export interface SignedAcceptance {
  readonly acceptance: Acceptance
  readonly signature: Signature
}

/** The origin's word that the destination holds every byte; given only after a challenge. */
export interface ServedReceipt {
  readonly migration: Hash
  readonly root: Hash
}

export interface SignedReceipt {
  readonly receipt: ServedReceipt
  /** By the origin host's key. */
  readonly signature: Signature
}
