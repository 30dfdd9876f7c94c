import type { WeightedBallot } from '../../../ledger/index.ts'

/** Numerator and denominator, in no lowest terms. */
type Fraction = readonly [bigint, bigint]

/** Sequential Phragmén as it stands in the paper: a load for each voter, fractions that are never shortened. */
export function plainCount(
  candidates: readonly string[],
  ballots: readonly WeightedBallot[],
  seats: number
): readonly string[] {
  const loads: Fraction[] = ballots.map(() => [0n, 1n])
  const winners: string[] = []
  while (winners.length < seats) {
    let best: { name: string; load: Fraction } | null = null
    for (const name of [...candidates].sort()) {
      if (winners.includes(name)) continue
      let burden: Fraction = [1n, 1n]
      let weight = 0n
      for (const [at, ballot] of ballots.entries()) {
        if (!ballot.names.includes(name)) continue
        const [top, bottom] = loads[at] ?? [0n, 1n]
        burden = [burden[0] * bottom + ballot.weight * top * burden[1], burden[1] * bottom]
        weight += ballot.weight
      }
      if (weight === 0n) continue
      const load: Fraction = shortened([burden[0], burden[1] * weight])
      if (best === null || load[0] * best.load[1] < best.load[0] * load[1]) best = { name, load }
    }
    if (best === null) return winners
    const { name, load } = best
    winners.push(name)
    for (const [at, ballot] of ballots.entries()) if (ballot.names.includes(name)) loads[at] = load
  }
  return winners
}

function shortened([top, bottom]: Fraction): Fraction {
  let [a, b] = [top, bottom]
  while (b !== 0n) [a, b] = [b, a % b]
  return [top / a, bottom / a]
}
