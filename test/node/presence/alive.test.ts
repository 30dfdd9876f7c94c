import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HostRecord } from '../../../ledger/index.ts'
import { isAliveTime } from '../../../node/presence/alive.ts'
import { GENESIS, Market, START_MS } from '../../ledger/apply/market.ts'

/** A period that the start of the market is a whole number of, and blocks within the lease. */
const PERIOD_MS = 100_000
const LEASE_MS = 10_000

test('a host whose UUID begins with zeros is due at the first moment of the next period', () => {
  const { market, host } = heardMarket('00000000')
  idleTo(market, START_MS + PERIOD_MS - 1)
  assert.equal(isAliveTime(market.state, host), false)
  market.after(1)
  assert.equal(isAliveTime(market.state, host), true)
})

test('each host has a moment of its own in the first half of the period', () => {
  const { market, host } = heardMarket('80000000')
  idleTo(market, START_MS + PERIOD_MS + PERIOD_MS / 4 - 1)
  assert.equal(isAliveTime(market.state, host), false)
  market.after(1)
  assert.equal(isAliveTime(market.state, host), true)
  idleTo(market, START_MS + PERIOD_MS + PERIOD_MS / 2)
  assert.equal(isAliveTime(market.state, { ...host, uuid: `ffffffff${host.uuid.slice(8)}` }), true)
})

test('a host that was not heard in the last period does not wait for its moment', () => {
  const { market, host } = heardMarket('ffffffff')
  idleTo(market, START_MS + 2 * PERIOD_MS - 1)
  market.after(1)
  assert.equal(isAliveTime(market.state, host), true)
})

test('a host that was heard in this period has nothing to say until the next', () => {
  const { market, host } = heardMarket('00000000')
  idleTo(market, START_MS + PERIOD_MS)
  const liveness = { ...host.liveness, heardMs: START_MS + PERIOD_MS }
  idleTo(market, START_MS + 2 * PERIOD_MS - 1)
  assert.equal(isAliveTime(market.state, { ...host, liveness }), false)
  market.after(1)
  assert.equal(isAliveTime(market.state, { ...host, liveness }), true)
})

function heardMarket(beginning: string): { market: Market; host: HostRecord } {
  const parameters = { ...GENESIS.parameters, alivePeriodMs: PERIOD_MS, leaseMs: LEASE_MS }
  const market = new Market({ ...GENESIS, parameters })
  market.open('alex', 'provider')
  const host = market.host('alex')
  return { market, host: { ...host, uuid: `${beginning}${host.uuid.slice(8)}` } }
}

function idleTo(market: Market, timeMs: number): void {
  while (market.state.timeMs < timeMs) {
    market.after(Math.min(LEASE_MS, timeMs - market.state.timeMs))
  }
}
