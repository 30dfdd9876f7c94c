import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, formatDollars, parseDollars } from '../../../ledger/index.ts'
import {
  assertRefused,
  GENESIS,
  type Market,
  movingMarket,
  registeredMarket,
  START_MS,
  type Stored,
  signatureOf
} from './market.ts'

const { migrationDeadlineMs, migrationHardLimitMs } = GENESIS.parameters
const OWNER_KEY = 'key of buyer'
const NOTHING = { speed: 0, memoryMb: 0, storageMb: 0 }
/** The origin keeps a copy of the disk for a while. */
const COPY = { speed: 0, memoryMb: 0, storageMb: 100 }
const WANTED = { speed: 4_000, memoryMb: 64, storageMb: 100 }

test('an open move holds the first storage price and room, and the origin keeps the machine', () => {
  const { market, machine, host, destination } = openMarket()
  const { state, version, holder } = market.machine(machine)
  assert.deepEqual([state, version, holder], ['migrating', 1, host.uuid])
  assert.equal(formatDollars(market.balance('buyer')), '994')
  assert.equal(formatDollars(market.balance('peter')), '1000')
  assert.equal(formatDollars(market.state.migration(machine)?.escrow ?? 0n), '3')
  assert.deepEqual(market.hostNow(host.uuid).reserved, WANTED)
  assert.deepEqual(market.hostNow(destination.uuid).reserved, WANTED)
})

for (const previous of ['stored', 'stopped', 'suspended'] as const)
  test(`a ${previous} machine arrives ${previous}, one version later, with its content`, () => {
    const { market, machine, host, destination } = movingMarket()
    if (previous !== 'stored') {
      assert.equal(market.do(machine, 'start', host), null)
      assert.equal(market.do(machine, previous === 'stopped' ? 'stop' : 'suspend', host), null)
    }
    const before = market.machine(machine)
    assert.equal(market.openMove(machine, destination), null)
    assert.equal(market.commit(machine, destination), null)
    const after = market.machine(machine)
    assert.deepEqual([after.state, after.version], [previous, before.version + 1])
    assert.deepEqual([after.holder, after.contract?.host], [destination.uuid, destination.uuid])
    assert.equal(after.root, before.root)
    assert.equal(formatDollars(market.balance('peter')), '1003')
    assert.deepEqual(market.hostNow(host.uuid).reserved, COPY)
    assert.equal(market.state.migration(machine), undefined)
  })

test('after a commit the origin is no holder and the destination is', () => {
  const { market, machine, host, destination } = openMarket()
  assert.equal(market.commit(machine, destination), null)
  assertRefused(market.do(machine, 'start', host), 'NOT_HOLDER')
  assert.equal(market.do(machine, 'start', destination), null)
})

for (const who of ['owner', 'destination', 'clock'] as const)
  test(`a move called off by the ${who} leaves all as before, but for the used order`, () => {
    const { market, machine, host, destination } = movingMarket()
    const before = market.machine(machine)
    const balance = market.balance('buyer')
    assert.equal(market.openMove(machine, destination), null)
    const migration = market.state.migration(machine)?.id ?? ''
    const abort: Body = { type: 'abort-migration', machine, migration }
    if (who === 'owner') assert.equal(market.by('buyer', abort), null)
    else if (who === 'destination') assert.equal(market.byHost(destination, abort), null)
    else market.after(migrationDeadlineMs)
    assert.deepEqual(market.machine(machine), {
      ...before,
      orderSequence: before.orderSequence + 1
    })
    assert.equal(market.balance('buyer'), balance)
    assert.deepEqual(market.hostNow(destination.uuid).reserved, NOTHING)
    assert.deepEqual(market.hostNow(host.uuid).reserved, WANTED)
  })

test('the clock ends a move at its deadline and not before', () => {
  const { market, machine, destination } = openMarket()
  const commit = market.commitBody(machine)
  market.after(migrationDeadlineMs - 1)
  assert.equal(market.machine(machine).state, 'migrating')
  market.after(1)
  assert.equal(market.machine(machine).state, 'stored')
  assertRefused(market.byHost(destination, commit), 'MIGRATION_UNKNOWN', /ran out/)
})

test('heartbeats move the deadline, up to the hard limit', () => {
  const { market, machine, destination } = openMarket()
  const deadlines: number[] = []
  for (let beat = 0; beat < 3; beat += 1) {
    market.after(50_000)
    if (market.state.migration(machine) === undefined) break
    assert.equal(market.byHost(destination, heartbeat(market, machine)), null)
    deadlines.push((market.state.migration(machine)?.deadlineMs ?? 0) - START_MS)
  }
  assert.deepEqual(deadlines, [110_000, migrationHardLimitMs])
  assert.equal(market.machine(machine).state, 'stored')
})

test('of a commit and an abort the first in the log wins', () => {
  const { market, machine, destination } = openMarket()
  const commit = market.commitBody(machine)
  const abort: Body = { type: 'abort-migration', machine, migration: commit.migration }
  assert.equal(market.byHost(destination, commit), null)
  assertRefused(market.by('buyer', abort), 'MIGRATION_UNKNOWN')
  assertRefused(market.byHost(destination, commit), 'MIGRATION_UNKNOWN')
})

test('the owner\u2019s receipt is as good as the origin\u2019s: the machine arrives and the escrow is paid', () => {
  const { market, machine, destination } = openMarket()
  assert.equal(market.byHost(destination, market.commitBody(machine, OWNER_KEY)), null)
  const { state, version, holder } = market.machine(machine)
  assert.deepEqual([state, version, holder], ['stored', 2, destination.uuid])
  assert.equal(formatDollars(market.balance('peter')), '1003')
  assert.equal(market.state.migration(machine), undefined)
})

test('a destination without the origin\u2019s or the owner\u2019s receipt for this move and content cannot commit', () => {
  const { market, machine, destination } = openMarket()
  market.open('mallory', 'buyer')
  const commit = market.commitBody(machine)
  const { receipt } = commit.receipt
  const refused = (forged: typeof commit.receipt, says: RegExp): void =>
    assertRefused(
      market.byHost(destination, { ...commit, receipt: forged }),
      'RECEIPT_FORGED',
      says
    )
  for (const key of [destination.key, 'key of peter', 'key of alex', 'key of mallory']) {
    const own = market.commitBody(machine, key).receipt
    refused(own, /neither by the key of the origin .* nor by that of the owner buyer$/)
  }
  for (const signature of [commit.receipt.signature, signatureOf(OWNER_KEY)]) {
    refused({ receipt: { ...receipt, migration: 'another move' }, signature }, /another move/)
    refused({ receipt: { ...receipt, root: 'another root' }, signature }, /another move or content/)
  }
  assert.equal(market.machine(machine).state, 'migrating')
})

test('only the destination commits, and only a party calls off', () => {
  const { market, machine, host } = openMarket()
  const commit = market.commitBody(machine)
  assertRefused(market.byHost(host, commit), 'NOT_PARTY')
  const abort: Body = { type: 'abort-migration', machine, migration: commit.migration }
  market.open('mallory', 'buyer')
  assertRefused(market.by('mallory', abort), 'NOT_PARTY')
  assertRefused(market.byHost(host, abort), 'NOT_PARTY')
  assertRefused(market.by('peter', abort), 'WRONG_ACCOUNT_KIND')
})

test('a machine does not move to where it is', () => {
  const { market, machine, host } = movingMarket()
  assertRefused(market.openMove(machine, host), 'MIGRATION_SAME_HOST')
})

test('a machine does not move while it runs, while it moves, or before it is stored', () => {
  const { market, machine, host, destination } = movingMarket()
  assert.equal(market.do(machine, 'start', host), null)
  assertRefused(market.openMove(machine, destination), 'ILLEGAL_STATE', /is started/)
  assert.equal(market.do(machine, 'stop', host), null)
  assert.equal(market.openMove(machine, destination), null)
  assertRefused(market.openMove(machine, destination), 'ILLEGAL_STATE', /is migrating/)
  const fresh = market.register('buyer')
  assertRefused(market.openMove(fresh, destination), 'ILLEGAL_STATE', /is registered/)
})

test('no order is carried out while a machine moves', () => {
  const { market, machine, host, destination } = openMarket()
  for (const at of [host, destination]) {
    assertRefused(market.do(machine, 'start', at), 'ILLEGAL_STATE', /is migrating/)
    assertRefused(market.do(machine, 'delete', at), 'ILLEGAL_STATE', /is migrating/)
  }
})

test('a move is opened by the owner, a buyer, at the present version, with an unused order', () => {
  const { market, machine, destination } = movingMarket()
  market.open('mallory', 'buyer')
  const move = market.moveTo(machine, destination)
  assertRefused(market.by('mallory', move), 'NOT_OWNER')
  assertRefused(market.by('alex', move), 'WRONG_ACCOUNT_KIND')
  assertRefused(market.by('buyer', { ...move, version: 0 }), 'STALE_VERSION')
  assertRefused(market.by('buyer', { ...move, sequence: 1 }), 'ORDER_USED')
  assertRefused(market.by('buyer', { ...move, machine: 'none' }), 'MACHINE_UNKNOWN')
})

test('a move needs the destination\u2019s own acceptance of this machine, version and offer', () => {
  const { market, machine, destination } = movingMarket()
  const move = market.moveTo(machine, destination)
  const { acceptance } = move.acceptance
  const wrong = [
    { ...move.acceptance, signature: 'by key of peter' },
    { ...move.acceptance, acceptance: { ...acceptance, machine: 'another' } },
    { ...move.acceptance, acceptance: { ...acceptance, version: 0 } },
    { ...move.acceptance, acceptance: { ...acceptance, destination: 'another' } },
    { ...move.acceptance, acceptance: { ...acceptance, offer: 'another' } }
  ]
  for (const forged of wrong) {
    assertRefused(market.by('buyer', { ...move, acceptance: forged }), 'ACCEPTANCE_FORGED')
  }
})

test('an acceptance counts up to its expiry height', () => {
  const { market, machine, destination } = movingMarket()
  const move = market.moveTo(machine, destination)
  const until = (expiryHeight: number): Body => ({
    ...move,
    acceptance: {
      ...move.acceptance,
      acceptance: { ...move.acceptance.acceptance, expiryHeight }
    }
  })
  const { height } = market.state
  assertRefused(market.by('buyer', until(height - 1)), 'ACCEPTANCE_EXPIRED')
  assert.equal(market.by('buyer', until(height)), null)
})

test('a move under a forged offer, or to an unknown host, is refused', () => {
  const { market, machine, destination } = movingMarket()
  const move = market.moveTo(machine, destination)
  const forged = { ...move.offer, signature: 'by key of peter' }
  assertRefused(market.by('buyer', { ...move, offer: forged }), 'OFFER_FORGED')
  const nowhere = { ...move.offer, offer: { ...move.offer.offer, host: 'none' } }
  assertRefused(market.by('buyer', { ...move, offer: nowhere }), 'HOST_UNKNOWN')
})

test('opening a move takes the escrow: exactly enough passes, one picodollar less does not', () => {
  const { market, machine, destination } = movingMarket()
  const price = parseDollars('3')
  market.setBalance('buyer', price - 1n, 'alex')
  assertRefused(market.openMove(machine, destination), 'INSUFFICIENT_FUNDS', /destination costs 3/)
  market.setBalance('buyer', price, 'alex')
  assert.equal(market.openMove(machine, destination), null)
  assert.equal(market.balance('buyer'), 0n)
})

test('a destination without room is refused, and an open move takes room from others', () => {
  const { market, machine } = movingMarket()
  const small = market.host('peter', { ...WANTED, memoryMb: 63 })
  assertRefused(market.openMove(machine, small), 'NO_CAPACITY', /63 MB of memory/)
  const exact = market.host('peter', WANTED)
  assert.equal(market.openMove(machine, exact), null)
  const other = market.register('buyer')
  assertRefused(market.do(other, 'store', exact), 'NO_CAPACITY')
})

test('a machine that was never stored has nothing to call off', () => {
  const { market, machine } = registeredMarket()
  const abort: Body = { type: 'abort-migration', machine, migration: 'none' }
  assertRefused(market.by('buyer', abort), 'MIGRATION_UNKNOWN')
})

function openMarket(): Stored & { readonly destination: Stored['host'] } {
  const moving = movingMarket()
  assert.equal(moving.market.openMove(moving.machine, moving.destination), null)
  return moving
}

function heartbeat(market: Market, machine: string): Body {
  const migration = market.state.migration(machine)?.id ?? ''
  return { type: 'heartbeat', machine, migration, height: market.state.height }
}
