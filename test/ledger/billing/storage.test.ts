import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDollars, parseDollars, STORAGE_RETRY_MS } from '../../../ledger/index.ts'
import {
  ALEX_PRICES,
  DAY_MS,
  HOUR_MS,
  movingMarket,
  registeredMarket,
  START_MS,
  type Stored,
  storedMarket
} from '../apply/market.ts'

const PRICE = parseDollars('3')

test('each storage period is charged when it begins, at the due and not at the block', () => {
  const { market, machine } = storedMarket()
  market.after(30 * DAY_MS - 1)
  assert.equal(formatDollars(market.balance('buyer')), '997')
  market.after(1)
  assert.equal(formatDollars(market.balance('buyer')), '994')
  market.after(31 * DAY_MS)
  assert.equal(formatDollars(market.balance('buyer')), '991')
  assert.equal(market.machine(machine).billing.storageDueMs, START_MS + 90 * DAY_MS)
})

test('an unmet storage charge is noted and tried again every hour from its due', () => {
  const { market, machine } = storedMarket()
  market.setBalance('buyer', PRICE - 1n, 'alex')
  market.after(30 * DAY_MS + 1_000)
  const due = START_MS + 30 * DAY_MS
  assert.equal(market.balance('buyer'), PRICE - 1n)
  assert.equal(market.machine(machine).billing.storageUnpaidSinceMs, due)
  assert.equal(market.machine(machine).billing.storageDueMs, due + STORAGE_RETRY_MS)
  market.blockAt(due + 5 * STORAGE_RETRY_MS)
  assert.equal(market.machine(machine).billing.storageDueMs, due + 6 * STORAGE_RETRY_MS)
})

test('a storage charge that takes the last picodollar is met', () => {
  const { market, machine } = storedMarket()
  market.setBalance('buyer', PRICE, 'alex')
  market.after(30 * DAY_MS)
  assert.equal(market.balance('buyer'), 0n)
  assert.equal(market.machine(machine).billing.storageUnpaidSinceMs, null)
})

test('storage while unpaid is owed: the period begins where the last one ended', () => {
  const { market, machine } = storedMarket()
  market.setBalance('buyer', 0n, 'alex')
  market.after(30 * DAY_MS + HOUR_MS / 2)
  market.setBalance('buyer', PRICE, 'alex')
  market.after(HOUR_MS)
  assert.equal(market.balance('buyer'), 0n)
  assert.equal(market.machine(machine).billing.storageDueMs, START_MS + 60 * DAY_MS)
})

test('of several periods owed as many are paid as there is money for', () => {
  const { market, machine } = dailyMarket()
  market.setBalance('buyer', 0n, 'alex')
  market.after(3 * DAY_MS + HOUR_MS / 2)
  market.setBalance('buyer', parseDollars('0.2'), 'alex')
  market.after(HOUR_MS)
  assert.equal(market.balance('buyer'), 0n)
  const { billing } = market.machine(machine)
  assert.equal(billing.storageUnpaidSinceMs, START_MS + 3 * DAY_MS)
  assert.equal(billing.storageDueMs, START_MS + 3 * DAY_MS + 2 * STORAGE_RETRY_MS)
})

test('dues of the origin go on while a machine moves', () => {
  const { market, machine, destination } = movingMarket()
  market.after(30 * DAY_MS - 30_000)
  assert.equal(market.openMove(machine, destination), null)
  assert.equal(formatDollars(market.balance('alex')), '1003')
  market.after(30_000)
  assert.equal(formatDollars(market.balance('alex')), '1006')
  assert.equal(formatDollars(market.balance('buyer')), '991')
  assert.equal(market.machine(machine).state, 'migrating')
})

test('a new storage period begins on arrival and the old one ends', () => {
  const { market, machine, destination } = movingMarket()
  market.after(DAY_MS)
  assert.equal(market.openMove(machine, destination), null)
  market.after(10_000)
  assert.equal(market.commit(machine, destination), null)
  const arrivedMs = START_MS + DAY_MS + 10_000
  assert.equal(market.machine(machine).billing.storageDueMs, arrivedMs + 30 * DAY_MS)
  market.after(29 * DAY_MS)
  assert.equal(formatDollars(market.balance('buyer')), '994')
  market.after(DAY_MS)
  assert.equal(formatDollars(market.balance('buyer')), '991')
  assert.equal(formatDollars(market.balance('peter')), '1006')
})

test('a deleted machine is charged no more', () => {
  const { market, machine, host } = storedMarket()
  assert.equal(market.do(machine, 'delete', host), null)
  market.after(90 * DAY_MS)
  assert.equal(formatDollars(market.balance('buyer')), '997')
  assert.deepEqual(market.state.dues(), [])
})

/** Stored at 0.1 dollar a day. */
function dailyMarket(): Stored {
  const { market, machine, host } = registeredMarket()
  const offer = market.offer(host, { prices: { ...ALEX_PRICES, storagePeriodDays: 1 } })
  assert.equal(market.do(machine, 'store', host, { offer }), null)
  return { market, machine, host }
}
