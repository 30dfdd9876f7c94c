import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDollars } from '../../../ledger/index.ts'
import {
  ALEX_PRICES,
  assertRefused,
  CONFIGURATION1,
  Market,
  registeredMarket,
  type Stored
} from './market.ts'

test('an offer that the host did not sign is forged', () => {
  const { market, machine, host } = registeredMarket()
  const offer = { ...market.offer(host), signature: 'by key of alex' }
  assertRefused(market.do(machine, 'store', host, { offer }), 'OFFER_FORGED', /host's key/)
})

test('an offer of another host, or in the name of another provider, does not fit', () => {
  const { market, machine, host } = registeredMarket()
  const offer = market.offer(market.host('alex'))
  assertRefused(market.do(machine, 'store', host, { offer }), 'OFFER_UNSUITABLE')
  const renamed = market.offer(host, { owner: 'peter' })
  assertRefused(market.do(machine, 'store', host, { offer: renamed }), 'OFFER_UNSUITABLE')
})

test('an offer counts until its time is over, by the clock of the block', () => {
  const { market, machine, host } = registeredMarket()
  const nowMs = market.state.timeMs
  const over = market.offer(host, { expiresAtMs: nowMs - 1 })
  assertRefused(market.do(machine, 'store', host, { offer: over }), 'OFFER_EXPIRED', /search again/)
  const last = market.offer(host, { expiresAtMs: nowMs })
  assert.equal(market.do(machine, 'store', host, { offer: last }), null)
})

test('an offer with prices out of bounds is malformed', () => {
  const { market, machine, host } = registeredMarket()
  const offer = market.offer(host, { prices: { ...ALEX_PRICES, storagePeriodDays: 32 } })
  assertRefused(market.do(machine, 'store', host, { offer }), 'OFFER_MALFORMED', /32 days/)
})

test('the processor counts that the ledger has for the host, not the one the offer says', () => {
  const market = new Market()
  market.open('buyer', 'buyer')
  market.open('alex', 'provider')
  const host = market.host('alex', undefined, 'aarch64')
  const machine = market.register('buyer')
  const offer = market.offer(host, { processor: 'Pentium3' })
  assertRefused(market.do(machine, 'store', host, { offer }), 'OFFER_UNSUITABLE', /aarch64/)
})

test('a preconfigured machine goes only where its image is', () => {
  const { market, host } = registeredMarket()
  const machine = market.register('buyer', { ...CONFIGURATION1, image: 'image hash' })
  assertRefused(market.do(machine, 'store', host), 'OFFER_UNSUITABLE', /image hash/)
  const offer = market.offer(host, { images: ['another', 'image hash'] })
  assert.equal(market.do(machine, 'store', host, { offer }), null)
})

test('storing takes the first period: exactly enough passes, one picodollar less does not', () => {
  const price = parseDollars('3')
  const { market, machine, host } = registeredMarket()
  market.setBalance('buyer', price - 1n, 'alex')
  assertRefused(
    market.do(machine, 'store', host),
    'INSUFFICIENT_FUNDS',
    /costs 3 dollars, buyer has 2\.999999999999/
  )
  market.setBalance('buyer', price, 'alex')
  assert.equal(market.do(machine, 'store', host), null)
  assert.equal(market.balance('buyer'), 0n)
})

test('of two confirmations for the last slot the second is refused', () => {
  const { market, machine, host } = tightMarket({ speed: 4_000, memoryMb: 64, storageMb: 100 })
  const second = market.register('buyer')
  assert.equal(market.do(machine, 'store', host), null)
  assertRefused(market.do(second, 'store', host), 'NO_CAPACITY', /0 bogomips.*needs 4000/)
  assert.equal(market.do(machine, 'delete', host), null)
  assert.equal(market.do(second, 'store', host), null)
})

for (const field of ['speed', 'memoryMb', 'storageMb'] as const)
  test(`one unit of ${field} too little is no capacity`, () => {
    const enough = { speed: 4_000, memoryMb: 64, storageMb: 100 }
    const { market, machine, host } = tightMarket({ ...enough, [field]: enough[field] - 1 })
    assertRefused(market.do(machine, 'store', host), 'NO_CAPACITY', new RegExp(`${enough[field]}`))
  })

test('later prices do not touch a contract', () => {
  const { market, machine, host } = registeredMarket()
  assert.equal(market.do(machine, 'store', host), null)
  const { contract } = market.machine(machine)
  const dearer = market.offer(host, {
    sequence: 2,
    prices: { ...ALEX_PRICES, storagePrice: parseDollars('9') }
  })
  const second = market.register('buyer')
  assert.equal(market.do(second, 'store', host, { offer: dearer }), null)
  assert.deepEqual(market.machine(machine).contract, contract)
  assert.equal(market.machine(second).contract?.storagePrice, parseDollars('270'))
})

function tightMarket(totals: { speed: number; memoryMb: number; storageMb: number }): Stored {
  const market = new Market()
  market.open('buyer', 'buyer')
  market.open('alex', 'provider')
  const host = market.host('alex', totals)
  return { market, machine: market.register('buyer'), host }
}
