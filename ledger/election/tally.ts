/** Counting the votes: who would coordinate the next epoch, and who would take their places. */
import type {
  CandidateRecord,
  Elected,
  ElectionParameters,
  Member,
  Picodollars
} from '../records/index.ts'
import type { StateReader } from '../state/index.ts'
import { electInOrder } from './phragmen.ts'
import { votesIn, votingMoney, type WeightedVote } from './weights.ts'

/** Counts in a row that too few may take part in; the next one holds, whoever takes part. */
export const HELD_MAX = 3
/** Those who are kept ready to take a member's place: more never fall free in one epoch. */
const RUNNERS_UP_MAX = 16

export interface Tally {
  /** What the votes say; null if nobody who stands has any. */
  readonly elected: Elected | null
  /** Weight that was cast, and that could have been. */
  readonly cast: Picodollars
  readonly possible: Picodollars
  /** Whether enough of it was cast. */
  readonly isEnough: boolean
}

/** The count as it would be if it were made on this state. */
export function tallyVotes(state: StateReader, election: ElectionParameters): Tally {
  const votes = votesIn(state)
  const cast = votes.reduce((sum, { weight }) => sum + weight, 0n)
  const possible = votingMoney(state)
  return {
    elected: electedBy(state, votes, election),
    cast,
    possible,
    isEnough: cast > 0n && cast * 100n >= possible * BigInt(election.turnoutPercent)
  }
}

function electedBy(
  state: StateReader,
  votes: readonly WeightedVote[],
  { sizeMax }: ElectionParameters
): Elected | null {
  const standing = new Map<string, CandidateRecord>()
  for (const candidate of state.candidates()) {
    if (candidate.status === 'standing') standing.set(candidate.account, candidate)
  }
  const ballots = votes.map(({ ballot, weight }) => ({ weight, names: ballot.candidates }))
  const order = electInOrder(standing.keys(), ballots, sizeMax + RUNNERS_UP_MAX)
  const members = order.map(id => standing.get(id)).filter(each => each !== undefined)
  const size = setSizeOf(members.length, sizeMax)
  if (size === null) return null
  return {
    members: members.slice(0, size).map(memberOf),
    runnersUp: members.slice(size, size + RUNNERS_UP_MAX).map(memberOf)
  }
}

/** The largest set that so many can fill: 5 and 6 bear no more liars than 4 do. */
export function setSizeOf(eligible: number, sizeMax: ElectionParameters['sizeMax']): number | null {
  return SET_SIZES.find(size => size <= eligible && size <= sizeMax) ?? null
}

const SET_SIZES = [7, 4, 1] as const

function memberOf({ name, key }: CandidateRecord): Member {
  return { name, key }
}
