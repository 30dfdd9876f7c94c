import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  inTurn,
  isShut,
  NO_SOURCES,
  noteConduct,
  REST_MS,
  SHUT_MS
} from '../../../protocols/ledger/index.ts'

const GROUPS = [['c1', 'c2'], ['o1']]

test('coordinators are asked before others', () => {
  assert.deepEqual(inTurn(NO_SOURCES, GROUPS, 0), ['c1', 'c2', 'o1'])
})

test('the one that answered well goes on, but no other node goes before a coordinator', () => {
  assert.deepEqual(inTurn(noteConduct(NO_SOURCES, 'c2', 'good', 0), GROUPS, 0), ['c2', 'c1', 'o1'])
  assert.deepEqual(inTurn(noteConduct(NO_SOURCES, 'o1', 'good', 0), GROUPS, 0), ['c1', 'c2', 'o1'])
})

for (const conduct of ['silent', 'stale', 'behind'] as const) {
  test(`who is ${conduct} is asked last until it has rested`, () => {
    const sources = noteConduct(NO_SOURCES, 'c1', conduct, 1_000)
    assert.deepEqual(inTurn(sources, GROUPS, 1_000 + REST_MS - 1), ['c2', 'o1', 'c1'])
    assert.deepEqual(inTurn(sources, GROUPS, 1_000 + REST_MS), ['c1', 'c2', 'o1'])
  })
}

test('who answers well has rested enough', () => {
  const silent = noteConduct(NO_SOURCES, 'c1', 'silent', 0)
  assert.deepEqual(inTurn(noteConduct(silent, 'c1', 'good', 1), GROUPS, 1), ['c1', 'c2', 'o1'])
})

for (const conduct of ['lied', 'ahead'] as const) {
  test(`who ${conduct === 'lied' ? 'lied' : 'makes epochs up'} is not asked for a minute`, () => {
    const sources = noteConduct(NO_SOURCES, 'c1', conduct, 1_000)
    assert.deepEqual(inTurn(sources, GROUPS, 1_000 + SHUT_MS - 1), ['c2', 'o1'])
    assert.equal(isShut(sources, 'c1', 1_000 + SHUT_MS - 1), true)
    assert.deepEqual(inTurn(sources, GROUPS, 1_000 + SHUT_MS), ['c1', 'c2', 'o1'])
  })
}

test('of a flood of liars only so many are remembered', () => {
  let sources = NO_SOURCES
  for (let at = 0; at < 2_000; at++) sources = noteConduct(sources, `liar ${at}`, 'lied', 0)
  assert.equal(sources.shut.size, 512)
  assert.equal(isShut(sources, 'liar 1999', 1), true)
})
