import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  amountText,
  bytesText,
  defaultSpendLimit,
  differenceText,
  durationText,
  editLine,
  lineOf,
  parseAmount,
  spendLimitMeaning,
  spendLimitProblem,
  tookText
} from '../../../tui/ui/state/index.ts'

const CONTRACT = {
  storagePrice: '3',
  storagePeriodDays: 30,
  runningPrice: '0.002016',
  runningPeriodS: 3600,
  storageText: '3 / 30 days',
  runningText: '0.002016 / 3600 seconds'
}

test('amounts are exact to the picodollar, and nothing else is an amount', () => {
  assert.equal(amountText(parseAmount('996.997983999') ?? 0n), '996.997983999')
  assert.equal(parseAmount('0.000000000001'), 1n)
  for (const wrong of ['', '1,5', '-1', '1e3', '.5', '0.0000000000001', '1234567890123456'])
    assert.equal(parseAmount(wrong), null, wrong)
})

test('the default spend limit is one day of running, at least one period', () => {
  assert.equal(defaultSpendLimit(CONTRACT, '1000'), '0.048384')
  assert.equal(defaultSpendLimit({ ...CONTRACT, runningPeriodS: 86_401 }, '1000'), '0.002016')
})

test('the default spend limit is no more than the whole periods the balance pays for', () => {
  assert.equal(defaultSpendLimit(CONTRACT, '0.048384'), '0.048384')
  assert.equal(defaultSpendLimit(CONTRACT, '0.048383999999'), '0.046368')
  assert.equal(defaultSpendLimit(CONTRACT, '0'), '0.002016')
})

test('a spend limit is told as the time it lasts, and when the balance ends before it', () => {
  assert.equal(spendLimitMeaning('0.004032', CONTRACT, '0.004032'), 'Enough for 2 h from now on.')
  assert.equal(
    spendLimitMeaning('0.004032', CONTRACT, '0.004031'),
    'Enough for 2 h from now on. The balance, $0.004031, ends before it.'
  )
})

test('a spend limit one picodollar below a period is refused, one period is not', () => {
  assert.notEqual(spendLimitProblem('0.002015999999', CONTRACT), null)
  assert.equal(spendLimitProblem('0.002016', CONTRACT), null)
})

test('differences are told in per cent with their sign', () => {
  assert.equal(differenceText(100n, 78n), '-22 %')
  assert.equal(differenceText(100n, 150n), '+50 %')
  assert.equal(differenceText(100n, 999n), '+899 %')
  assert.equal(differenceText(100n, 1000n), '10 times as much')
  assert.equal(differenceText(5n, 5n), 'the same')
  assert.equal(differenceText(1_000_000n, 1_000_001n), '+0.1 %')
})

test('durations and sizes use the units a person would', () => {
  assert.equal(durationText(12_000), '12 s')
  assert.equal(tookText(440), '0.4 s')
  assert.equal(tookText(9949), '9.9 s')
  assert.equal(tookText(9950), '10 s')
  assert.equal(durationText(245_000), '4 min 5 s')
  assert.equal(durationText(3_600_000), '1 h')
  assert.equal(bytesText(310 * 1024 * 1024), '310 MiB')
  assert.equal(bytesText(1536), '1.5 KiB')
})

test('a line is edited at its cursor', () => {
  const key = (name: string, text = ''): { name: string; text: string } => ({ name, text })
  let line = lineOf('abc')
  for (const pressed of [key('left'), key('left'), key('X', 'X'), key('delete'), key('home')])
    line = editLine(line, pressed) ?? line
  assert.deepEqual(line, { text: 'aXc', at: 0 })
  assert.equal(editLine(line, key('f5')), null)
})
