import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AmountError,
  ceilDivide,
  formatDollars,
  formatRate,
  PICODOLLARS_MAX,
  parseDollars
} from '../../../ledger/index.ts'

test('dollars are read to the picodollar', () => {
  assert.equal(parseDollars('996.997984'), 996_997_984_000_000n)
  assert.equal(parseDollars('$3'), 3_000_000_000_000n)
  assert.equal(parseDollars('.01'), 10_000_000_000n)
  assert.equal(parseDollars('0.000000000001'), 1n)
  assert.equal(parseDollars('1.'), 1_000_000_000_000n)
})

test('what is written is read back', () => {
  for (const amount of [0n, 1n, 10n, 999_999_999_999n, 1_000_000_000_000n, PICODOLLARS_MAX]) {
    assert.equal(parseDollars(formatDollars(amount)), amount)
  }
})

test('dollars are written without trailing zeros', () => {
  assert.equal(formatDollars(996_997_984_000_000n), '996.997984')
  assert.equal(formatDollars(3_000_000_000_000n), '3')
  assert.equal(formatDollars(100_000_000_000_000n), '100')
  assert.equal(formatDollars(-500_000_000_000n), '-0.5')
  assert.equal(formatDollars(0n), '0')
})

for (const text of ['', '.', '$', '-1', '1,5', '1e3', ' 1', '1 ', '0x10', '1.2.3', '٣'])
  test(`"${text}" is not an amount`, () => {
    assert.throws(() => parseDollars(text), refusal('AMOUNT_MALFORMED'))
  })

test('twelve decimals are kept and a thirteenth is refused', () => {
  assert.equal(parseDollars('0.123456789012'), 123_456_789_012n)
  assert.throws(() => parseDollars('0.1234567890120'), refusal('AMOUNT_TOO_FINE'))
})

test('the largest amount is read and one picodollar more is refused', () => {
  assert.equal(parseDollars(formatDollars(PICODOLLARS_MAX)), PICODOLLARS_MAX)
  assert.throws(
    () => parseDollars(formatDollars(PICODOLLARS_MAX + 1n)),
    refusal('AMOUNT_TOO_LARGE')
  )
  assert.throws(() => parseDollars('9'.repeat(10_000)), refusal('AMOUNT_TOO_LARGE'))
})

test('a division is rounded up only when something is left', () => {
  assert.equal(ceilDivide(0n, 3n), 0n)
  assert.equal(ceilDivide(5n, 3n), 2n)
  assert.equal(ceilDivide(6n, 3n), 2n)
  assert.equal(ceilDivide(7n, 3n), 3n)
  assert.throws(() => ceilDivide(1n, 0n), RangeError)
  assert.throws(() => ceilDivide(-1n, 3n), RangeError)
})

test('rates are shown with the digits of figures 22, 23 and 32', () => {
  assert.equal(formatRate(1_000n, 3_600n, 15), '2.77777777777778e-13')
  assert.equal(formatRate(1_000n, 10n, 15), '1e-10')
  assert.equal(formatRate(1_000_000_001_000n, 10n, 15), '0.1000000001')
})

test('rates are rounded half up to the digits asked for', () => {
  assert.equal(formatRate(0n, 7n, 3), '0')
  assert.equal(formatRate(1_234_500_000_000n, 1n, 4), '1.235')
  assert.equal(formatRate(9_996_000_000_000n, 1n, 3), '10')
  assert.equal(formatRate(123_456_000_000_000n, 1n, 2), '120')
  assert.equal(formatRate(2_000_000_000_000n, 3n, 5), '0.66667')
  assert.equal(formatRate(100_000_000n, 1n, 3), '0.0001')
  assert.equal(formatRate(99_999_999n, 1n, 8), '9.9999999e-5')
})

function refusal(code: string): (error: unknown) => boolean {
  return error => error instanceof AmountError && error.code === code
}
