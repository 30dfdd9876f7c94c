/** The count of votes: against a plain one in fractions, and against those who would take more than their part. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { electInOrder, type WeightedBallot } from '../../../ledger/index.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { plainCount } from './plain-count.ts'

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`)
}

/** How many of `seats` go to the attacker, who has `stake` of 1,000 and as many candidates as it likes. */
function seatsTaken(
  seats: number,
  attackers: readonly WeightedBallot[],
  honest: readonly WeightedBallot[]
): number {
  const candidates = [...names('bad', seats), ...names('good', seats)]
  return electInOrder(candidates, [...attackers, ...honest], seats).filter(name =>
    name.startsWith('bad')
  ).length
}

test('one ballot gives its names the seats in the order of the text, as nothing else tells them apart', () => {
  const ballots = [{ weight: 5n, names: ['c', 'a', 'b'] }]
  assert.deepEqual(electInOrder(['c', 'b', 'a'], ballots, 2), ['a', 'b'])
})

test('of three seats two thirds of the weight take two', () => {
  const ballots = [
    { weight: 200n, names: ['a1', 'a2', 'a3'] },
    { weight: 100n, names: ['b1', 'b2', 'b3'] }
  ]
  assert.deepEqual(electInOrder(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'], ballots, 3), [
    'a1',
    'a2',
    'b1'
  ])
})

test('the example of the paper: the second seat goes to those who have nothing yet', () => {
  // Two ballots carry the first winner; c has fewer friends than b, but they carry nothing.
  const ballots = [
    { weight: 3n, names: ['a', 'b'] },
    { weight: 2n, names: ['a', 'b'] },
    { weight: 3n, names: ['c'] }
  ]
  assert.deepEqual(electInOrder(['a', 'b', 'c'], ballots, 3), ['a', 'c', 'b'])
})

test('names that do not stand, ballots without weight and candidates without ballots win nothing', () => {
  const ballots = [
    { weight: 1n, names: ['ghost', 'a'] },
    { weight: 0n, names: ['b'] }
  ]
  assert.deepEqual(electInOrder(['a', 'b', 'c'], ballots, 3), ['a'])
  assert.deepEqual(electInOrder(['a'], [], 3), [])
})

test('the count is that of the plain one, on 200 elections of all shapes', t => {
  const random = seededRandom(77)
  t.diagnostic('seed 77')
  for (let round = 0; round < 200; round++) {
    const candidates = names('c', 1 + random.integer(8))
    const ballots = Array.from({ length: random.integer(12) }, () => ({
      weight: BigInt(random.integer(6)),
      names: candidates.filter(() => random.integer(10) < 4)
    }))
    const seats = 1 + random.integer(7)
    assert.deepEqual(
      electInOrder(candidates, ballots, seats),
      plainCount(candidates, ballots, seats),
      `election ${round}: ${JSON.stringify(ballots, (_, each) => String(each))}`
    )
  }
})

/** Ways in which the honest may vote: all alike, or in parties of their own with one name that all of them share. */
const HONEST: Readonly<Record<string, (stake: bigint, seats: number) => WeightedBallot[]>> = {
  'all alike': (stake, seats) => [{ weight: stake, names: names('good', seats) }],
  'in two parties that share all names but one': (stake, seats) => [
    { weight: stake / 2n, names: names('good', seats).slice(1) },
    { weight: stake - stake / 2n, names: names('good', seats).slice(0, -1) }
  ]
}

/** Ways in which an attacker may spread its stake over its own candidates. */
const ATTACKS: Readonly<Record<string, (stake: bigint, seats: number) => WeightedBallot[]>> = {
  'one ballot for all its candidates': (stake, seats) => [
    { weight: stake, names: names('bad', seats) }
  ],
  'a ballot for each candidate': (stake, seats) =>
    names('bad', seats).map(name => ({ weight: stake / BigInt(seats), names: [name] })),
  'three ballots for three candidates': (stake, seats) =>
    names('bad', Math.min(3, seats)).map(name => ({
      weight: stake / BigInt(Math.min(3, seats)),
      names: [name]
    })),
  'ballots that help honest names too': (stake, seats) => [
    { weight: stake / 2n, names: [...names('bad', seats), 'good1'] },
    { weight: stake / 2n, names: names('bad', seats) }
  ]
}

for (const seats of [4, 7]) {
  for (const [how, spread] of Object.entries(ATTACKS)) {
    for (const [way, vote] of Object.entries(HONEST)) {
      test(`a third of the stake takes at most a third of ${seats} seats: ${how}, the honest vote ${way}`, () => {
        for (const stake of [330n, 333n]) {
          const taken = seatsTaken(seats, spread(stake, seats), vote(1_000n - stake, seats))
          assert.ok(taken * 3 <= seats, `${taken} of ${seats} with ${stake} of 1,000`)
        }
      })
    }
  }
}

test('what a set can bear is exceeded only above (f + 1) / (n + 1) of the weight, as the research measured', () => {
  const measured = [
    [4, 34n, 1],
    [4, 39n, 1],
    [4, 41n, 2],
    [7, 36n, 2],
    [7, 39n, 3]
  ] as const
  for (const [seats, percent, expected] of measured) {
    const attacker = [{ weight: percent, names: names('bad', seats) }]
    const honest = [{ weight: 100n - percent, names: names('good', seats) }]
    assert.equal(seatsTaken(seats, attacker, honest), expected, `${percent} % of ${seats} seats`)
  }
})

test('the elections that other rules lose: 34 of 100 in three parts against 60 and 6, and against 33 and 33', () => {
  const three = names('bad', 3).map((name, at) => ({ weight: at === 0 ? 12n : 11n, names: [name] }))
  const lopsided = [
    { weight: 60n, names: ['good1'] },
    { weight: 6n, names: ['good2'] }
  ]
  // The 60 name one candidate only: what it does not need of their weight is lost, under this rule as under any.
  assert.equal(seatsTaken(4, three, lopsided), 3)
  const common = [{ weight: 66n, names: names('good', 4) }]
  assert.equal(seatsTaken(4, three, common), 0)
  const halves = [
    { weight: 33n, names: names('good', 4).slice(0, 2) },
    { weight: 33n, names: names('good', 4).slice(2) }
  ]
  assert.equal(seatsTaken(4, [{ weight: 34n, names: names('bad', 4) }], halves), 2)
})

test('2,000 ballots, 20 candidates and 7 seats are counted alike from whichever end the ballots come', t => {
  const random = seededRandom(5)
  t.diagnostic('seed 5')
  const candidates = names('c', 20)
  const ballots = Array.from({ length: 2_000 }, () => ({
    weight: BigInt(random.integer(2 ** 31)),
    names: candidates.filter(() => random.integer(2) === 0).slice(0, 16)
  }))
  const winners = electInOrder(candidates, ballots, 7)
  assert.equal(new Set(winners).size, 7)
  assert.deepEqual(electInOrder([...candidates].reverse(), [...ballots].reverse(), 7), winners)
})
