import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDollars, parseDollars } from '../../../ledger/index.ts'
import {
  DAY_MS,
  HOUR_MS,
  movingMarket,
  START_MS,
  startedMarket,
  storedMarket
} from '../apply/market.ts'

const PRICE = parseDollars('0.002016')

test('each running period is charged when it begins', () => {
  const { market, machine } = startedMarket()
  market.after(HOUR_MS - 1)
  assert.equal(formatDollars(market.balance('buyer')), '996.997984')
  market.after(1)
  assert.equal(formatDollars(market.balance('buyer')), '996.995968')
  market.after(2 * HOUR_MS)
  assert.equal(market.balance('buyer'), parseDollars('997') - 4n * PRICE)
  assert.equal(market.machine(machine).billing.spent, 4n * PRICE)
})

test('what is left of a period after a stop is used first at the next start', () => {
  const { market, machine, host } = startedMarket()
  market.after(HOUR_MS / 4)
  assert.equal(market.do(machine, 'stop', host), null)
  assert.equal(market.machine(machine).billing.runningCreditMs, (HOUR_MS * 3) / 4)
  market.after(5 * HOUR_MS)
  assert.equal(market.do(machine, 'start', host), null)
  assert.equal(market.balance('buyer'), parseDollars('997') - PRICE)
  market.after((HOUR_MS * 3) / 4 - 1)
  assert.equal(market.balance('buyer'), parseDollars('997') - PRICE)
  market.after(1)
  assert.equal(market.balance('buyer'), parseDollars('997') - 2n * PRICE)
})

test('credit survives a suspend and a second stop', () => {
  const { market, machine, host } = startedMarket()
  market.after(1_000)
  assert.equal(market.do(machine, 'suspend', host), null)
  assert.equal(market.do(machine, 'resume', host), null)
  market.after(2_000)
  assert.equal(market.do(machine, 'stop', host), null)
  assert.equal(market.machine(machine).billing.runningCreditMs, HOUR_MS - 3_000)
})

test('a machine that stands is not charged for running', () => {
  const { market } = storedMarket()
  market.after(29 * DAY_MS)
  assert.equal(formatDollars(market.balance('buyer')), '997')
})

test('credit is lost on a move', () => {
  const { market, machine, host, destination } = movingMarket()
  assert.equal(market.do(machine, 'start', host), null)
  market.after(60_000)
  assert.equal(market.do(machine, 'stop', host), null)
  assert.equal(market.openMove(machine, destination), null)
  assert.equal(market.commit(machine, destination), null)
  assert.equal(market.machine(machine).billing.runningCreditMs, 0)
  const before = market.balance('buyer')
  assert.equal(market.do(machine, 'start', destination), null)
  assert.equal(market.balance('buyer'), before - PRICE)
})

test('credit is kept when a move is called off', () => {
  const { market, machine, host, destination } = movingMarket()
  assert.equal(market.do(machine, 'start', host), null)
  market.after(60_000)
  assert.equal(market.do(machine, 'stop', host), null)
  assert.equal(market.openMove(machine, destination), null)
  market.after(HOUR_MS)
  assert.equal(market.machine(machine).state, 'stopped')
  assert.equal(market.machine(machine).billing.runningCreditMs, HOUR_MS - 60_000)
})

test('a charge that takes the last picodollar is met, the next halts the clock at its due', () => {
  const { market, machine } = startedMarket()
  market.setBalance('buyer', PRICE, 'alex')
  market.after(HOUR_MS)
  assert.equal(market.balance('buyer'), 0n)
  assert.equal(market.machine(machine).billing.halt, null)
  market.after(5 * HOUR_MS)
  const { billing, state } = market.machine(machine)
  assert.equal(state, 'started')
  assert.deepEqual(billing.halt, { reason: 'unpaid', atMs: START_MS + 2 * HOUR_MS })
  assert.equal(billing.runningDueMs, null)
})

test('a charge that one picodollar is missing for halts the clock and takes nothing', () => {
  const { market, machine } = startedMarket()
  market.setBalance('buyer', PRICE - 1n, 'alex')
  market.after(HOUR_MS)
  assert.equal(market.balance('buyer'), PRICE - 1n)
  assert.equal(market.machine(machine).billing.halt?.reason, 'unpaid')
})

test('the spend limit is reached to the picodollar and not passed', () => {
  for (const [limit, charges] of [
    [3n * PRICE, 3n],
    [3n * PRICE - 1n, 2n],
    [3n * PRICE + 1n, 3n]
  ] as const) {
    const { market, machine } = startedMarket({ spendLimit: limit })
    market.after(10 * HOUR_MS)
    const { billing } = market.machine(machine)
    assert.equal(billing.spent, charges * PRICE)
    assert.deepEqual(billing.halt, {
      reason: 'limit',
      atMs: START_MS + Number(charges) * HOUR_MS
    })
    assert.equal(market.balance('buyer'), parseDollars('997') - charges * PRICE)
  }
})

test('a halted machine that is suspended goes on under a new signature, from the first charge', () => {
  const { market, machine, host } = startedMarket({ spendLimit: PRICE })
  market.after(HOUR_MS)
  const rejection = market.byHost(host, {
    type: 'suspend-unpaid',
    machine,
    version: 1,
    root: 'root'
  })
  assert.equal(rejection, null)
  const suspended = market.machine(machine)
  assert.equal(suspended.state, 'suspended')
  assert.equal(suspended.version, 2)
  assert.equal(suspended.billing.runningCreditMs, 0)
  assert.equal(market.do(machine, 'resume', host, { spendLimit: PRICE }), null)
  assert.equal(market.machine(machine).billing.spent, PRICE)
})
