/** The count of votes: against a plain one in fractions, and against those who would take more than their part. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { electInOrder } from '../../../ledger/index.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { ATTACKS, CARELESS, candidatesOf, HONEST, mostTaken, RULES, seatsTaken } from './attacks.ts'
import { plainCount } from './plain-count.ts'

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `c${at + 1}`)
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
    const candidates = numbered(1 + random.integer(8))
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

for (const seats of [4, 7]) {
  for (const [how, spread] of Object.entries(ATTACKS)) {
    for (const [way, vote] of Object.entries({ ...HONEST, 'in two halves': CARELESS.half })) {
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
    const attacker = [{ weight: percent, names: candidatesOf('bad', seats) }]
    const honest = [{ weight: 100n - percent, names: candidatesOf('good', seats) }]
    assert.equal(seatsTaken(seats, attacker, honest), expected, `${percent} % of ${seats} seats`)
  }
})

test('the table of attacks: shares from 34 to 41 of 100, for 4 and 7 seats, whichever attack does best', () => {
  const shares = [340n, 350n, 360n, 370n, 380n, 390n, 400n, 410n]
  const table = (rule: keyof typeof RULES, ways = Object.values(HONEST)) =>
    [4, 7].map(seats => shares.map(share => mostTaken(RULES[rule], seats, share, ways)).join(' '))
  // What a set can bear, 1 of 4 and 2 of 7, is lost from 40 and 37.5 of 100 on: (f + 1) / (n + 1).
  assert.deepEqual(table('phragmen'), ['1 1 1 1 1 1 2 2', '2 2 2 2 3 3 3 3'])
  // With one name on each ballot the honest waste what their favourite does not need.
  assert.deepEqual(table('one-vote', [CARELESS.favourite]), ['3 3 3 3 3 3 3 3', '5 5 6 6 6 6 6 6'])
  // Where all names count alike the largest party has all places; under ours it has its part.
  assert.deepEqual(table('approval', [CARELESS.apart]), ['4 4 4 4 4 4 4 4', '7 7 7 7 7 7 7 7'])
  assert.deepEqual(table('phragmen', [CARELESS.apart]), ['2 2 2 2 2 2 2 2', '3 3 3 3 3 3 3 3'])
})

test('the elections that other rules lose: 34 of 100 in three parts against 60 and 6, and against 33 and 33', () => {
  const three = candidatesOf('bad', 3).map((name, at) => ({
    weight: at === 0 ? 12n : 11n,
    names: [name]
  }))
  const lopsided = [
    { weight: 60n, names: ['good1'] },
    { weight: 6n, names: ['good2'] }
  ]
  // The 60 name one candidate only: what it does not need of their weight is lost, under this rule as under any.
  assert.equal(seatsTaken(4, three, lopsided), 3)
  const common = [{ weight: 66n, names: candidatesOf('good', 4) }]
  assert.equal(seatsTaken(4, three, common), 0)
  const halves = [
    { weight: 33n, names: candidatesOf('good', 4).slice(0, 2) },
    { weight: 33n, names: candidatesOf('good', 4).slice(2) }
  ]
  assert.equal(seatsTaken(4, [{ weight: 34n, names: candidatesOf('bad', 4) }], halves), 2)
})

test('2,000 ballots, 20 candidates and 7 seats are counted alike from whichever end the ballots come', t => {
  const random = seededRandom(5)
  t.diagnostic('seed 5')
  const candidates = numbered(20)
  const ballots = Array.from({ length: 2_000 }, () => ({
    weight: BigInt(random.integer(2 ** 31)),
    names: candidates.filter(() => random.integer(2) === 0).slice(0, 16)
  }))
  const winners = electInOrder(candidates, ballots, 7)
  assert.equal(new Set(winners).size, 7)
  assert.deepEqual(electInOrder([...candidates].reverse(), [...ballots].reverse(), 7), winners)
})
