import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explore } from './explore.ts'

/** Member 1 leads view 1 and lies. */
const LYING_LEADER = { liar: 1, views: 1 }
/** All have the liar's block of view 1; two of three gave the view up and go on from the genesis in view 2. */
const HALF_GIVEN_UP = {
  liar: 1,
  views: 2,
  after: [
    '0 gets propose 1',
    '2 gets propose 1',
    '3 gets propose 1',
    '2 times out',
    '3 times out',
    '2 gets nullify 1',
    '3 gets nullify 1',
    '3 gets propose 2',
    '2 gets notarize 2'
  ]
}
/** The block of view 1 is final at its honest leader; the others know that it is notarized; member 2 lies next. */
const FINAL_AT_ONE = {
  liar: 2,
  views: 3,
  after: [
    '0 gets propose 1',
    '3 gets propose 1',
    '0 gets notarize 1',
    '1 gets notarize 1',
    '3 gets notarize 1',
    '1 gets finalize 1'
  ]
}
const FORK = 'two final blocks at height 1'

test('one liar and every order of messages in a view make no fork, and no honest member contradicts itself', () => {
  const found = explore(LYING_LEADER, 30_000)
  assert.deepEqual([found.whole, found.broken, found.guilty], [true, null, false])
  assert.ok(found.worlds > 1_000, `${found.worlds} worlds`)
})

test('with a quorum of two of four the ledger forks in one view', () => {
  const found = explore({ ...LYING_LEADER, rules: { fullQuorum: false } }, 30_000)
  assert.equal(found.broken?.what, FORK)
})

test('without the rule of one NOTARIZE in a view an honest member contradicts itself', () => {
  const found = explore({ ...LYING_LEADER, rules: { notarizeOnce: false } }, 2_000)
  assert.equal(found.guilty, true)
})

test('FINALIZE after NULLIFY forks the ledger where two of three have given a view up', () => {
  const found = explore({ ...HALF_GIVEN_UP, rules: { noFinalizeAfterNullify: false } }, 30_000)
  assert.equal(found.broken?.what, FORK)
  const obeyed = explore(HALF_GIVEN_UP, 4_000)
  assert.deepEqual([obeyed.broken, obeyed.guilty], [null, false])
})

test('a leader that skips a view which nobody gave up forks the ledger if no nullification is asked for', () => {
  const found = explore({ ...FINAL_AT_ONE, rules: { nullifiedGap: false } }, 30_000)
  assert.equal(found.broken?.what, FORK)
  const obeyed = explore(FINAL_AT_ONE, 4_000)
  assert.deepEqual([obeyed.broken, obeyed.guilty], [null, false])
})
