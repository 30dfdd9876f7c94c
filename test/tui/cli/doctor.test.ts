import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeBlockAge } from '../../../tui/commands/program/findings.ts'

const NOW_MS = 1_000_000

test('a block of half a minute is fresh, an older one is told with its age', () => {
  assert.equal(judgeBlockAge(NOW_MS - 30_000, NOW_MS).verdict, 'good')
  const old = judgeBlockAge(NOW_MS - 31_000, NOW_MS)
  assert.equal(old.verdict, 'warning')
  assert.match(old.found, /^31 s old/)
  assert.match(old.cure, /pauses its machines/)
})

test('a block from beyond what clocks may differ says that this clock is behind', () => {
  assert.equal(judgeBlockAge(NOW_MS + 5_000, NOW_MS).verdict, 'good')
  const ahead = judgeBlockAge(NOW_MS + 6_000, NOW_MS)
  assert.equal(ahead.verdict, 'warning')
  assert.match(ahead.found, /^6 s ahead of this computer's clock/)
})
