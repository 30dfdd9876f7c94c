import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createFaultCounter,
  FAULTS_MAX,
  SHUT_MS,
  WINDOW_MS
} from '../../../node/replica/fault-counter.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const [LIAR, OTHER] = ['aa'.repeat(32), 'bb'.repeat(32)]

test('one fault below the most a member is listened to, at the most it is shut out, and nobody else is', () => {
  const counter = createFaultCounter(new ManualClock())
  for (let at = 1; at < FAULTS_MAX; at++) {
    assert.deepEqual(counter.count(LIAR, 'FORGED'), { total: at, shuts: false })
  }
  assert.equal(counter.isShut(LIAR), false)
  assert.deepEqual(counter.count(LIAR, 'REPEATED'), { total: FAULTS_MAX, shuts: true })
  assert.deepEqual([LIAR, OTHER].map(counter.isShut), [true, false])
})

test('who was shut out is listened to again, and begins at nothing', () => {
  const clock = new ManualClock()
  const counter = createFaultCounter(clock)
  for (let at = 0; at < FAULTS_MAX; at++) counter.count(LIAR, 'UNREADABLE')
  clock.advance(SHUT_MS - 1)
  assert.equal(counter.isShut(LIAR), true)
  clock.advance(1)
  assert.equal(counter.isShut(LIAR), false)
  assert.equal(counter.count(LIAR, 'UNREADABLE').shuts, false)
})

test('faults that are further apart than a window shut nobody out', () => {
  const clock = new ManualClock()
  const counter = createFaultCounter(clock)
  for (let at = 0; at < 3 * FAULTS_MAX; at++) {
    counter.count(LIAR, 'TOO_FEW')
    clock.advance(WINDOW_MS / (FAULTS_MAX - 1))
  }
  assert.equal(counter.isShut(LIAR), false)
})

test('what honest members are refused for is counted and shuts nobody out', () => {
  const counter = createFaultCounter(new ManualClock())
  for (let at = 0; at < 3 * FAULTS_MAX; at++) counter.count(OTHER, 'UNASKED')
  assert.equal(counter.isShut(OTHER), false)
  assert.equal(counter.count(OTHER, 'UNASKED').total, 3 * FAULTS_MAX + 1)
})
