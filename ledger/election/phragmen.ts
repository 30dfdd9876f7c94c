/**
 * Sequential Phragmén: each seat costs its voters 1, which those who approve of its winner carry together. The next
 * seat goes to the candidate whose voters would carry least per unit of weight, what they carry already counted in.
 * So a group's seats grow with its weight: of n seats, k take k / (n + 1) of it, however it spreads its votes. Plain
 * approval would give a third of the weight all seats, one vote for one name three of four (Brill, Freeman, Janson,
 * Lackner: Phragmén's voting methods and justified representation, AAAI 2017).
 *
 * Everything is exact. All voters whose last winner was the same carry the same load, so that only one sum of weights
 * is kept for each pair of candidate and load, and the loads are fractions with one common denominator.
 */
export interface WeightedBallot {
  readonly weight: bigint
  /** Each name once. */
  readonly names: readonly string[]
}

/**
 * Winners of up to `seats` seats, first come first. Whoever no weight approves of wins none; of two that are equal the
 * one first in text order wins.
 */
export function electInOrder(
  candidates: Iterable<string>,
  ballots: readonly WeightedBallot[],
  seats: number
): readonly string[] {
  const race = startRace(candidates, ballots)
  const winners: string[] = []
  while (winners.length < seats) {
    const best = cheapest(race)
    if (best === undefined) return winners
    winners.push(best.name)
    seat(race, best)
  }
  return winners
}

interface Runner {
  readonly name: string
  readonly voters: Voter[]
  weight: bigint
  /** Of the voters that carry each load. */
  readonly weightAt: bigint[]
}

interface Voter {
  readonly weight: bigint
  readonly approved: readonly Runner[]
  /** Index of the load. */
  load: number
}

interface Race {
  /** In text order; those who have won are taken out. */
  readonly runners: Runner[]
  /** Numerators of the loads; the first is of those who carry nothing. */
  loads: bigint[]
  denominator: bigint
}

function startRace(candidates: Iterable<string>, ballots: readonly WeightedBallot[]): Race {
  const runners = [...new Set(candidates)]
    .sort()
    .map((name): Runner => ({ name, voters: [], weight: 0n, weightAt: [0n] }))
  const byName = new Map(runners.map(runner => [runner.name, runner]))
  for (const { weight, names } of ballots) {
    if (weight <= 0n) continue
    const approved = names.map(name => byName.get(name)).filter(runner => runner !== undefined)
    const voter: Voter = { weight, approved, load: 0 }
    for (const runner of approved) {
      runner.voters.push(voter)
      runner.weight += weight
      runner.weightAt[0] = runner.weight
    }
  }
  return { runners, loads: [0n], denominator: 1n }
}

/** What its voters would carry in all, over the common denominator; divided by their weight it is their load. */
function burdenOf(race: Race, { weightAt }: Runner): bigint {
  let burden = race.denominator
  for (const [at, weight] of weightAt.entries()) burden += (race.loads[at] ?? 0n) * weight
  return burden
}

function cheapest(race: Race): Runner | undefined {
  let best: { readonly runner: Runner; readonly burden: bigint } | undefined
  for (const runner of race.runners) {
    if (runner.weight === 0n) continue
    const burden = burdenOf(race, runner)
    if (best === undefined || burden * best.runner.weight < best.burden * runner.weight) {
      best = { runner, burden }
    }
  }
  return best?.runner
}

function seat(race: Race, winner: Runner): void {
  const load = race.loads.length
  const burden = burdenOf(race, winner)
  race.loads = [...race.loads.map(each => each * winner.weight), burden]
  race.denominator *= winner.weight
  race.runners.splice(race.runners.indexOf(winner), 1)
  for (const { weightAt } of race.runners) weightAt.push(0n)
  for (const voter of winner.voters) {
    for (const { weightAt } of voter.approved) {
      // Those of winners, the new one among them, are asked for no more.
      if (weightAt.length <= load) continue
      weightAt[voter.load] = (weightAt[voter.load] ?? 0n) - voter.weight
      weightAt[load] = (weightAt[load] ?? 0n) + voter.weight
    }
    voter.load = load
  }
}
