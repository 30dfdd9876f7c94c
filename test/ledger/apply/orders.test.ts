import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDollars, type OrderVerb, parseDollars } from '../../../ledger/index.ts'
import { assertRefused, registeredMarket, startedMarket, storedMarket, TOTALS } from './market.ts'

test('a machine goes through its life and its version grows where the 2004 text says', () => {
  const { market, machine, host } = registeredMarket()
  const seen: [string, number, string | null][] = []
  const verbs: OrderVerb[] = ['store', 'start', 'suspend', 'resume', 'stop', 'start', 'stop']
  for (const verb of verbs) {
    assert.equal(market.do(machine, verb, host), null)
    const { state, version, root } = market.machine(machine)
    seen.push([state, version, root])
  }
  assert.deepEqual(seen, [
    ['stored', 1, 'root of store'],
    ['started', 1, 'root of store'],
    ['suspended', 2, 'root of suspend'],
    ['started', 2, 'root of suspend'],
    ['stopped', 3, 'root of stop'],
    ['started', 3, 'root of stop'],
    ['stopped', 4, 'root of stop']
  ])
  assert.equal(market.do(machine, 'delete', host), null)
  assert.equal(market.state.machine(machine), undefined)
  assert.deepEqual(market.hostNow(host.uuid).reserved, { speed: 0, memoryMb: 0, storageMb: 0 })
})

test('an action illegal in the present state is refused and says which states allow it', () => {
  const { market, machine, host } = storedMarket()
  for (const verb of ['store', 'resume', 'stop', 'suspend'] as const) {
    assertRefused(market.do(machine, verb, host), 'ILLEGAL_STATE', /is stored/)
  }
  assert.equal(market.do(machine, 'start', host), null)
  for (const verb of ['store', 'start', 'resume', 'delete'] as const) {
    assertRefused(market.do(machine, verb, host), 'ILLEGAL_STATE', /is started/)
  }
})

test('an order for another version or state than the present one is stale', () => {
  const { market, machine, host } = storedMarket()
  assertRefused(market.do(machine, 'start', host, { version: 0 }), 'STALE_VERSION', /version 1/)
  assertRefused(market.do(machine, 'start', host, { version: 2 }), 'STALE_VERSION')
  assertRefused(market.do(machine, 'start', host, { state: 'stopped' }), 'STALE_VERSION', /stored/)
})

test('an order is used once', () => {
  const { market, machine, host } = storedMarket()
  const start = market.order(machine, 'start', host)
  assert.equal(market.confirm(host, start), null)
  assert.equal(market.do(machine, 'stop', host), null)
  assertRefused(market.confirm(host, start), 'ORDER_USED', /order 2 is used/)
})

test('a cancelled order is void and the one after it counts', () => {
  const { market, machine, host } = storedMarket()
  const start = market.order(machine, 'start', host)
  const { sequence } = start.order
  assert.equal(market.by('buyer', { type: 'cancel-orders', machine, sequence }), null)
  assertRefused(market.confirm(host, start), 'ORDER_USED')
  assert.equal(market.do(machine, 'start', host, { sequence: sequence + 1 }), null)
})

test('an order counts up to its expiry height', () => {
  const { market, machine, host } = storedMarket()
  const { height } = market.state
  const expired = market.do(machine, 'start', host, { expiryHeight: height - 1 })
  assertRefused(expired, 'ORDER_EXPIRED', new RegExp(`height ${height - 1}`))
  assert.equal(market.do(machine, 'start', host, { expiryHeight: height }), null)
})

test('an order that the owner did not sign is forged', () => {
  const { market, machine, host } = storedMarket()
  const forged = { ...market.order(machine, 'start', host), signature: 'by key of mallory' }
  assertRefused(market.confirm(host, forged), 'ORDER_FORGED', /buyer/)
})

test('an order by somebody who does not own the machine is refused', () => {
  const { market, machine, host } = storedMarket()
  market.open('mallory', 'buyer')
  const order = { ...market.order(machine, 'start', host), owner: 'mallory' }
  assertRefused(
    market.confirm(host, { ...order, signature: 'by key of mallory' }),
    'NOT_OWNER',
    /buyer's/
  )
})

test('a host confirms only orders made out to it, for machines it holds', () => {
  const { market, machine, host } = storedMarket()
  const other = market.host('alex')
  assertRefused(
    market.confirm(other, market.order(machine, 'start', host)),
    'NOT_HOLDER',
    /for host/
  )
  assertRefused(market.do(machine, 'start', other), 'NOT_HOLDER', /not held/)
})

test('an order for an unknown machine is refused', () => {
  const { market, machine, host } = storedMarket()
  assertRefused(market.do(machine, 'start', host, { machine: 'none' }), 'MACHINE_UNKNOWN')
})

test('an order carries what its verb needs and nothing else', () => {
  const { market, machine, host } = registeredMarket()
  assertRefused(market.do(machine, 'store', host, { offer: null }), 'ORDER_MALFORMED', /offer/)
  assertRefused(market.do(machine, 'store', host, { spendLimit: 1n }), 'ORDER_MALFORMED', /limit/)
  assert.equal(market.do(machine, 'store', host), null)
  const offer = market.offer(host)
  assertRefused(market.do(machine, 'start', host, { offer }), 'ORDER_MALFORMED', /offer/)
  assertRefused(market.do(machine, 'start', host, { spendLimit: null }), 'ORDER_MALFORMED', /limit/)
  assertRefused(
    market.do(machine, 'start', host, { spendLimit: -1n }),
    'ORDER_MALFORMED',
    /negative/
  )
})

test('a root is sealed by store, stop and suspend and by no other verb', () => {
  const { market, machine, host } = registeredMarket()
  assertRefused(market.confirm(host, market.order(machine, 'store', host), null), 'ROOT_MISSING')
  assert.equal(market.do(machine, 'store', host), null)
  assertRefused(market.confirm(host, market.order(machine, 'start', host), 'root'), 'ROOT_MISSING')
})

test('starting takes the first charge: exactly enough passes, one picodollar less does not', () => {
  const price = parseDollars('0.002016')
  const { market, machine, host } = storedMarket()
  market.setBalance('buyer', price - 1n, 'alex')
  const refused = market.do(machine, 'start', host)
  assertRefused(refused, 'INSUFFICIENT_FUNDS', /costs 0\.002016.* has 0\.002015999999/)
  assert.equal(market.balance('buyer'), price - 1n)
  assert.equal(market.machine(machine).state, 'stored')
  market.setBalance('buyer', price, 'alex')
  assert.equal(market.do(machine, 'start', host), null)
  assert.equal(market.balance('buyer'), 0n)
})

test('a spend limit covers the first charge or the machine does not start', () => {
  const price = parseDollars('0.002016')
  const { market, machine, host } = storedMarket()
  assertRefused(
    market.do(machine, 'start', host, { spendLimit: price - 1n }),
    'SPEND_LIMIT_TOO_LOW',
    /0\.002016 dollars/
  )
  assert.equal(market.do(machine, 'start', host, { spendLimit: price }), null)
})

test('paid time left from before needs neither money nor a limit', () => {
  const { market, machine, host } = startedMarket()
  market.after(1_000)
  assert.equal(market.do(machine, 'stop', host), null)
  market.setBalance('buyer', 0n, 'alex')
  assert.equal(market.do(machine, 'start', host, { spendLimit: 0n }), null)
  assert.equal(market.machine(machine).billing.spent, 0n)
})

test('a rejected confirmation leaves its order unused', () => {
  const { market, machine, host } = storedMarket()
  market.setBalance('buyer', 0n, 'alex')
  const start = market.order(machine, 'start', host)
  assertRefused(market.confirm(host, start), 'INSUFFICIENT_FUNDS')
  market.setBalance('buyer', parseDollars('1'), 'alex')
  assert.equal(market.confirm(host, start), null)
})

test('storing reserves on the host what the machine asks for, and charges the first period', () => {
  const { market, machine, host } = storedMarket()
  assert.deepEqual(market.hostNow(host.uuid).reserved, {
    speed: 4_000,
    memoryMb: 64,
    storageMb: 100
  })
  assert.equal(market.machine(machine).holder, host.uuid)
  assert.equal(formatDollars(market.balance('buyer')), '997')
  assert.deepEqual(market.hostNow(host.uuid).totals, TOTALS)
})
