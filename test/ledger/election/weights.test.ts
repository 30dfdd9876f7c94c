import assert from 'node:assert/strict'
import { test } from 'node:test'
import { votesIn } from '../../../ledger/index.ts'
import * as sample from '../../support/ledger-samples.ts'
import { NaiveState } from '../../support/naive-state.ts'

const COUNTED_MAX = 16_384

/** Voter `n` has n picodollars; ids run the other way. */
function withVoters(count: number, balanceOf: (at: number) => bigint = BigInt): NaiveState {
  const state = new NaiveState(sample.genesis, sample.network)
  for (let at = 1; at <= count; at++) {
    const id = (2 ** 40 - at).toString(16).padStart(32, '0')
    state.putAccount({ ...sample.account, id, key: id, balance: balanceOf(at) })
    state.putBallot({ voter: id, candidates: [] })
  }
  return state
}

test('16,384 ballots are counted; of one more the lightest is left out', () => {
  for (const [count, lightest] of [
    [COUNTED_MAX - 1, 1n],
    [COUNTED_MAX, 1n],
    [COUNTED_MAX + 1, 2n]
  ] as const) {
    const votes = votesIn(withVoters(count))
    assert.equal(votes.length, Math.min(count, COUNTED_MAX))
    assert.equal(votes.at(-1)?.weight, lightest)
    assert.equal(votes[0]?.weight, BigInt(count))
  }
})

test('of ballots of one weight that of the smaller account id is counted first', () => {
  const votes = votesIn(withVoters(COUNTED_MAX + 1, () => 7n))
  const voters = votes.map(({ ballot }) => ballot.voter)
  assert.deepEqual(voters, voters.toSorted())
  const left = (2 ** 40 - 1).toString(16).padStart(32, '0')
  assert.ok(!voters.includes(left))
})

test('a ballot of an empty account weighs nothing and takes no place', () => {
  const votes = votesIn(withVoters(3, at => (at === 2 ? 0n : 1n)))
  assert.equal(votes.length, 2)
})
