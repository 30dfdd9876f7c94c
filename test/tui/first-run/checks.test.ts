import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckFailed, check, checkEqual } from '../../../tui/first-run/check.ts'
import { Figures } from '../../../tui/first-run/figures.ts'
import { bootsIn, countersIn } from '../../../tui/first-run/guest.ts'
import { dollarsOf, picodollarsOf } from '../../../tui/first-run/money.ts'
import { until } from '../../../tui/first-run/until.ts'

test('amounts are summed to the picodollar', () => {
  const amounts = ['1000', '0.000000000001', '996.997984', '-3.5', '0']
  assert.deepEqual(amounts.map(picodollarsOf), [
    1_000_000_000_000_000n,
    1n,
    996_997_984_000_000n,
    -3_500_000_000_000n,
    0n
  ])
  assert.deepEqual(amounts.map(picodollarsOf).map(dollarsOf), amounts)
})

test('an amount with more than twelve digits after the point is refused, not cut', () => {
  for (const wrong of ['0.0000000000001', '1e3', '', '.5', '1,5'])
    assert.throws(() => picodollarsOf(wrong), RangeError, wrong)
})

test('a check that holds says so, one that does not throws with what was found', () => {
  const said: string[] = []
  const say = (text: string): void => void said.push(text)
  check(say, 'it counts', true, 'counter 3')
  checkEqual(say, 'the version is', 2, 2)
  assert.deepEqual(said, ['  ok: it counts (counter 3)\n', '  ok: the version is (2)\n'])
  assert.throws(() => check(say, 'it counts', false, 'nothing'), {
    name: 'CheckFailed',
    message: 'it counts: found nothing'
  })
  assert.throws(() => checkEqual(say, 'the version is', 1, 2), {
    message: 'the version is: expected 2, found 1'
  })
  assert.equal(said.length, 2)
})

test('the counter is read from whole lines only', () => {
  assert.deepEqual(countersIn('ounter 7\r\ncounter 8\r\ncounter 9\ncounter 1'), [8, 9])
  assert.deepEqual(countersIn('hello'), [])
})

test('a guest that was booted again is told from one that was resumed', () => {
  assert.equal(bootsIn('counter 8\r\ncounter 9\r\n'), 0)
  assert.equal(bootsIn('virtuoso ready, boot 2\r\ncounter 1\r\n'), 1)
})

test('waiting ends with the first answer that holds', async () => {
  let asked = 0
  const answer = await until(
    'three',
    5000,
    async () => ++asked,
    count => count >= 2
  )
  assert.equal(answer, 2)
})

test('waiting in vain is a failed check with the last answer', async () => {
  const never = until(
    'it comes',
    0,
    async () => ({ peers: 1 }),
    () => false
  )
  await assert.rejects(never, (error: unknown) => {
    assert.ok(error instanceof CheckFailed)
    assert.match(error.message, /it comes: not so after 0 s; last answer \{"peers":1\}/)
    return true
  })
})

test('figures are a table with their units', () => {
  const figures = new Figures()
  figures.add('suspend', 1.2345, 's')
  figures.add('moved', 90, 'MiB')
  const expected = ['FIGURE   VALUE  UNIT', 'suspend   1.23  s', 'moved       90  MiB']
  assert.deepEqual(figures.table().split('\n'), expected)
})
