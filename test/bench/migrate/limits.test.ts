import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitOf } from './limits.ts'
import { loopback, slow } from './link.ts'

const MB = 1e6
const RATES = { sha256: 1_000 * MB, cipher: 500 * MB, write: 400 * MB }

test('on loopback the limit is the slower of processor and disk', () => {
  // Cipher on both sides and one hash: (0.4 + 0.1) s on two cores; the disk takes 0.25 s.
  assert.equal(limitOf(loopback, { content: 100 * MB, wire: 100 * MB }, RATES), 0.25)
  // Nothing is written that does not come, but all of it is encrypted.
  assert.equal(limitOf(loopback, { content: 0, wire: 100 * MB }, RATES), 0.2)
})

test('on the slow link it is the link', () => {
  assert.equal(limitOf(slow, { content: 100 * MB, wire: 50 * MB }, RATES), 4.02)
})
