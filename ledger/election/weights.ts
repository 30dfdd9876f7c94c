/** How much each vote weighs: what the voter has when votes are counted, so that each coin counts once. */
import type { AccountId, AccountRecord, BallotRecord, Picodollars } from '../records/index.ts'
import type { Draft, StateReader } from '../state/index.ts'

/**
 * Ballots that are counted, the heaviest ones: the count stands in one block, which accounts with a crumb each must not
 * be able to hold up. 16,384 ballots of 16 names take about a second.
 */
export const BALLOTS_COUNTED_MAX = 16_384

export interface WeightedVote {
  readonly ballot: BallotRecord
  readonly weight: Picodollars
}

/** All ballots that weigh something, heaviest first. */
export function votesIn(state: StateReader): readonly WeightedVote[] {
  const votes: WeightedVote[] = []
  for (const ballot of state.ballots()) {
    const weight = weightOf(state, ballot.voter)
    if (weight > 0n) votes.push({ ballot, weight })
  }
  votes.sort((a, b) => compare(b.weight, a.weight) || (a.ballot.voter < b.ballot.voter ? -1 : 1))
  return votes.slice(0, BALLOTS_COUNTED_MAX)
}

/**
 * An account's balance, without what was issued to it in this epoch and the one before: it counts as what is spent
 * last. The issuer has no vote, or it would make as much weight as it likes; whoever pays with issued money passes
 * a vote on with it, for a network trusts its issuer.
 */
export function weightOf(state: StateReader, id: AccountId): Picodollars {
  const account = state.account(id)
  if (account === undefined || isIssuer(state, account)) return 0n
  const mature = account.balance - youngIn(state, id)
  return mature > 0n ? mature : 0n
}

export function isIssuer({ genesis }: StateReader, { key }: AccountRecord): boolean {
  return key === genesis.issuer
}

/**
 * All money that is old enough to vote, whoever has it now. What the issuer kept is in it: as money that does not vote.
 */
export function votingMoney({ epoch, burned }: StateReader): Picodollars {
  const money = epoch.issuedLongBefore - burned
  return money > 0n ? money : 0n
}

function youngIn(state: StateReader, id: AccountId): Picodollars {
  const young = state.youngMoney(id)
  const age = young === undefined ? 2 : state.epoch.epoch - young.epoch
  if (young === undefined || age > 1) return 0n
  return age === 1 ? young.issued : young.issued + young.issuedBefore
}

/**
 * Notes that `amount` was just issued to an account. One record for each account that money was ever issued to, which
 * the next issue brings up to date: nothing has to be cleared away when money comes of age.
 */
export function noteIssue(draft: Draft, id: AccountId, amount: Picodollars): void {
  if (amount === 0n || draft.genesis.parameters.election === null) return
  const { epoch } = draft.epoch
  const young = draft.youngMoney(id)
  const age = young === undefined ? 2 : epoch - young.epoch
  if (young === undefined || age > 1) {
    draft.putYoungMoney(id, { epoch, issued: amount, issuedBefore: 0n })
  } else if (age === 1) {
    draft.putYoungMoney(id, { epoch, issued: amount, issuedBefore: young.issued })
  } else {
    draft.putYoungMoney(id, { ...young, issued: young.issued + amount })
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
