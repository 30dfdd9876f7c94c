import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createCoordinatorQueue,
  SILENT_FOR_DELIVERIES
} from '../../../node/replica/coordinator-queue.ts'

const KEYS = ['a', 'b', 'c']

test('each delivery begins with the next coordinator, and asks all before it asks one again', () => {
  const queue = createCoordinatorQueue(KEYS, () => true)
  assert.deepEqual(queue.rounds(4), ['a', 'b', 'c', 'a'])
  assert.deepEqual(queue.rounds(4), ['b', 'c', 'a', 'b'])
})

test('those that are connected are asked first', () => {
  const queue = createCoordinatorQueue(KEYS, key => key !== 'a')
  assert.deepEqual(queue.rounds(3), ['b', 'c', 'a'])
})

test('one that was silent is asked last, until it has answered', () => {
  const queue = createCoordinatorQueue(KEYS, key => key !== 'c')
  queue.note('a', false)
  assert.deepEqual(queue.rounds(3), ['b', 'c', 'a'])
  queue.note('a', true)
  queue.rounds(3)
  queue.rounds(3)
  assert.deepEqual(queue.rounds(3), ['a', 'b', 'c'])
})

test('one that was silent is forgiven after so many deliveries, not one earlier', () => {
  const queue = createCoordinatorQueue(['a', 'b'], () => true)
  queue.note('a', false)
  for (let delivery = 1; delivery < SILENT_FOR_DELIVERIES; delivery++) {
    assert.equal(queue.rounds(1)[0], 'b', `delivery ${delivery}`)
  }
  assert.deepEqual([queue.rounds(1)[0], queue.rounds(1)[0]], ['b', 'a'])
})

test('where nobody else is a coordinator nobody is asked', () => {
  assert.deepEqual(createCoordinatorQueue([], () => true).rounds(4), [])
})
