import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addSample,
  etaMsOf,
  RATE_WINDOW_MS,
  rateOf,
  type Sample
} from '../../../node/operations/index.ts'

function samplesOf(points: readonly (readonly [atMs: number, bytes: number])[]): readonly Sample[] {
  return points.reduce<readonly Sample[]>(
    (all, [atMs, bytes]) => addSample(all, { atMs, bytes }),
    []
  )
}

test('one sample gives no rate and no time left', () => {
  const samples = samplesOf([[0, 100]])
  assert.equal(rateOf(samples, 0), 0)
  assert.equal(etaMsOf(100, 0), null)
})

test('a steady copy shows its rate in bytes per second and the time left', () => {
  const samples = samplesOf([
    [0, 0],
    [1_000, 500],
    [2_000, 1_000]
  ])
  assert.equal(rateOf(samples, 2_000), 500)
  assert.equal(etaMsOf(1_000, 500), 2_000)
  assert.equal(etaMsOf(0, 0), 0)
})

test('the rate is that of the last seconds, not of the whole copy', () => {
  const slowThenFast = samplesOf([
    [0, 0],
    [10_000, 10],
    [11_000, 1_010],
    [12_000, 2_010],
    [13_000, 3_010],
    [14_000, 4_010],
    [15_000, 5_010]
  ])
  assert.equal(rateOf(slowThenFast, 15_000), 1_000)
})

test('a stalled copy falls towards zero as time goes by', () => {
  const samples = samplesOf([
    [0, 0],
    [1_000, 1_000]
  ])
  assert.equal(rateOf(samples, 1_000), 1_000)
  assert.equal(rateOf(samples, 4_000), 250)
})

test('a sample for every block of a large copy stays a handful', () => {
  let samples: readonly Sample[] = []
  for (let atMs = 0; atMs < 60_000; atMs += 1) samples = addSample(samples, { atMs, bytes: atMs })
  assert.ok(samples.length <= RATE_WINDOW_MS / 250 + 3, `${samples.length} samples`)
  assert.equal(rateOf(samples, 59_999), 1_000)
})
