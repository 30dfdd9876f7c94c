/**
 * Elections in which somebody with a third of the weight wants more than a third of the seats: ours, and two rules that
 * everybody knows, so that it can be seen what ours is for.
 */
import { electInOrder, type WeightedBallot } from '../../../ledger/index.ts'

/** Winners, `seats` of them at most. */
export type Rule = (
  candidates: readonly string[],
  ballots: readonly WeightedBallot[],
  seats: number
) => readonly string[]

export const RULES: Readonly<Record<'phragmen' | 'one-vote' | 'approval', Rule>> = {
  phragmen: electInOrder,
  /** Of each ballot only the first name counts. */
  'one-vote': (candidates, ballots, seats) =>
    heaviest(
      candidates,
      ballots.map(ballot => ({ ...ballot, names: ballot.names.slice(0, 1) })),
      seats
    ),
  /** Each name on a ballot has its whole weight. */
  approval: heaviest
}

function heaviest(
  candidates: readonly string[],
  ballots: readonly WeightedBallot[],
  seats: number
): readonly string[] {
  const weightOf = (name: string): bigint =>
    ballots.reduce((sum, { weight, names }) => (names.includes(name) ? sum + weight : sum), 0n)
  const weighed = candidates.map(name => [name, weightOf(name)] as const)
  weighed.sort(([a, light], [b, heavy]) =>
    light < heavy ? 1 : light > heavy ? -1 : a < b ? -1 : 1
  )
  return weighed.slice(0, seats).map(([name]) => name)
}

export type Spread = (weight: bigint, seats: number) => readonly WeightedBallot[]

/** Ways in which the honest may vote that name as many in common as there are seats for them. */
export const HONEST: Readonly<Record<string, Spread>> = {
  'all alike': (weight, seats) => [{ weight, names: candidatesOf('good', seats) }],
  'in two parties that each have a name of their own': (weight, seats) =>
    inHalves(
      weight,
      candidatesOf('good', seats + 1).slice(1),
      candidatesOf('good', seats + 1).slice(0, -1)
    )
}

/** Ways in which they name fewer in common, as is natural under one of the other rules. */
export const CARELESS: Readonly<Record<'favourite' | 'half' | 'apart', Spread>> = {
  /** Ten of eleven for the same one. */
  favourite: weight => [
    { weight: weight - weight / 11n, names: ['good1'] },
    { weight: weight / 11n, names: ['good2'] }
  ],
  /** In two parties with two names less in common than there are seats. */
  half: (weight, seats) =>
    inHalves(
      weight,
      candidatesOf('good', seats).slice(1),
      candidatesOf('good', seats).slice(0, -1)
    ),
  /** In two parties without a name in common. */
  apart: (weight, seats) =>
    inHalves(weight, candidatesOf('good', seats), candidatesOf('fair', seats))
}

function inHalves(
  weight: bigint,
  one: readonly string[],
  other: readonly string[]
): readonly WeightedBallot[] {
  return [
    { weight: weight / 2n, names: one },
    { weight: weight - weight / 2n, names: other }
  ]
}

/** Ways in which an attacker may spread its weight over its own candidates. */
export const ATTACKS: Readonly<Record<string, Spread>> = {
  'one ballot for all its candidates': (weight, seats) => [
    { weight, names: candidatesOf('bad', seats) }
  ],
  'a ballot for each candidate': (weight, seats) => inParts(weight, seats),
  'three ballots for three candidates': (weight, seats) => inParts(weight, Math.min(3, seats)),
  'ballots for as many as can win': (weight, seats) => inParts(weight, seats - 1),
  'ballots that help honest names too': (weight, seats) => [
    { weight: weight / 2n, names: [...candidatesOf('bad', seats), 'good1'] },
    { weight: weight - weight / 2n, names: candidatesOf('bad', seats) }
  ]
}

function inParts(weight: bigint, count: number): readonly WeightedBallot[] {
  return candidatesOf('bad', count).map(name => ({ weight: weight / BigInt(count), names: [name] }))
}

export function candidatesOf(side: 'bad' | 'fair' | 'good', count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${side}${at + 1}`)
}

/** How many of `seats` go to the attacker, who may have as many candidates as it likes. */
export function seatsTaken(
  seats: number,
  attackers: readonly WeightedBallot[],
  honest: readonly WeightedBallot[],
  rule: Rule = RULES.phragmen
): number {
  const sides = ['bad', 'fair', 'good'] as const
  const candidates = sides.flatMap(side => candidatesOf(side, seats + 1))
  const winners = rule(candidates, [...attackers, ...honest], seats)
  return winners.filter(name => name.startsWith('bad')).length
}

/** The most that `share` of 1,000 takes, by whichever attack does best against whichever of these ways of the honest. */
export function mostTaken(
  rule: Rule,
  seats: number,
  share: bigint,
  ways: readonly Spread[] = Object.values(HONEST)
): number {
  const taken = Object.values(ATTACKS).flatMap(spread =>
    ways.map(vote => seatsTaken(seats, spread(share, seats), vote(1_000n - share, seats), rule))
  )
  return Math.max(...taken)
}
