/** Who coordinates, for how long, and who comes next. */
import type { AccountId, Member, Picodollars, PublicKey } from './records.ts'

/** A set with those who take its members' places, first come first. */
export interface Elected {
  /** In leading order. */
  readonly members: readonly Member[]
  readonly runnersUp: readonly Member[]
}

/** The epoch that the next block is in: the last block of an epoch moves it on. */
export interface EpochRecord extends Elected {
  readonly epoch: number
  /** Height and time of the last block before it; of the genesis in epoch 0. */
  readonly startHeight: number
  readonly startMs: number
  /** Height of its last block; null until that is known. */
  readonly endHeight: number | null
  /** Who comes next; null until votes are counted. */
  readonly elected: Elected | null
  /** Counts in a row that chose somebody, and that too few took part in: the set stayed on. */
  readonly held: number
  /** All fees paid before it: what came since is shared by its members. */
  readonly feesBefore: Picodollars
  /** All money issued before it, and before the epoch before it: what is younger has no vote. */
  readonly issuedBefore: Picodollars
  readonly issuedLongBefore: Picodollars
}

/** Somebody who would coordinate, or did and has its bond still locked up. */
export interface CandidateRecord {
  readonly account: AccountId
  readonly name: string
  /** Consensus key: that of its node, which is reached under the addresses. */
  readonly key: PublicKey
  /** Multiaddrs. */
  readonly addresses: readonly string[]
  /** 0 once it is barred. */
  readonly bond: Picodollars
  /** Only who stands can be elected; who signed what no honest coordinator signs is barred for ever. */
  readonly status: 'standing' | 'withdrawn' | 'barred'
  /** The last epoch in which it was a member; null if it never was. */
  readonly served: number | null
}

/** Of one account, until it is changed: all whom it would have. */
export interface BallotRecord {
  readonly voter: AccountId
  readonly candidates: readonly AccountId[]
}

/** Whose votes stood in parent certificates in the running count of this epoch. */
export interface Attendance {
  readonly views: number
  /** For each member, in leading order. */
  readonly signed: readonly number[]
}

/** Money issued straight to an account in `epoch` and in the one before: too young for a vote. */
export interface YoungMoney {
  readonly epoch: number
  readonly issued: Picodollars
  readonly issuedBefore: Picodollars
}
