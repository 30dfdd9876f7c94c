/** How long the votes are counted, and how many seats somebody with a third of the weight and more gets out of them. */
import { electInOrder } from '../../../ledger/index.ts'
import { CARELESS, HONEST, mostTaken, RULES, type Spread } from '../../ledger/election/attacks.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { median, type Row, row, timed } from '../row.ts'

const BALLOTS = 2_000
const CANDIDATES = 20
const SEATS = 7
const ROUNDS = 9
const SEED = 5
/** Of issue 5. */
const TALLY_MS = 200

const SIZES = [4, 7]
const SHARES = [33, 34, 35, 36, 37, 38, 39, 40, 41]

export function elections(): readonly Row[] {
  return [...tally(), ...attacks()]
}

function tally(): readonly Row[] {
  const random = seededRandom(SEED)
  const candidates = Array.from({ length: CANDIDATES }, (_, at) => `candidate-${at}`)
  const taken = Array.from({ length: ROUNDS }, () => {
    const ballots = Array.from({ length: BALLOTS }, () => ({
      // Picodollars of up to a million dollars.
      weight:
        BigInt(random.integer(2 ** 30)) * 1_000_000_000n + BigInt(random.integer(1_000_000_000)),
      names: candidates.filter(() => random.integer(2) === 0).slice(0, 16)
    }))
    const { made: winners, ms } = timed(() => electInOrder(candidates, ballots, SEATS))
    if (winners.length !== SEATS) throw new Error(`${winners.length} winners of ${SEATS} seats`)
    return ms
  })
  const name = `proofs/election/${BALLOTS}-ballots-${CANDIDATES}-candidates-${SEATS}-seats`
  return [
    row(`${name}/p50`, median(taken), 'ms', TALLY_MS),
    row(`${name}/max`, Math.max(...taken), 'ms', TALLY_MS)
  ]
}

/** A set of n bears f = (n - 1) / 3 liars; up to (f + 1) / (n + 1) of the weight takes no more of it. */
function attacks(): readonly Row[] {
  return SIZES.flatMap(seats => {
    const bearable = Math.floor((seats - 1) / 3)
    const bound = (100 * (bearable + 1)) / (seats + 1)
    return SHARES.flatMap(share => {
      const most = (rule: keyof typeof RULES, ways: readonly Spread[]) =>
        mostTaken(RULES[rule], seats, BigInt(10 * share), ways)
      const name = (rule: string) => `proofs/election/${share}-percent-of-${seats}-seats/${rule}`
      const goal = share < bound ? bearable : null
      return [
        row(
          name('phragmen/honest-together'),
          most('phragmen', Object.values(HONEST)),
          'seats',
          goal
        ),
        row(name('phragmen/honest-apart'), most('phragmen', [CARELESS.apart]), 'seats'),
        row(name('approval/honest-apart'), most('approval', [CARELESS.apart]), 'seats'),
        row(name('one-vote/a-favourite'), most('one-vote', [CARELESS.favourite]), 'seats')
      ]
    })
  })
}
