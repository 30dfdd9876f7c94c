import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, formatDollars, type Resources } from '../../../ledger/index.ts'
import { assertRefused, GENESIS, Market, signatureOf, TOTALS } from './market.ts'

test('opening an account on a development network grants what the genesis says', () => {
  const market = new Market()
  market.open('buyer', 'buyer')
  assert.equal(formatDollars(market.balance('buyer')), '1000')
  assert.equal(formatDollars(market.state.issued), '1000')
})

test('opening an account on a real network grants nothing', () => {
  const market = new Market({ ...GENESIS, dev: false })
  market.open('buyer', 'buyer')
  assert.equal(market.balance('buyer'), 0n)
  assert.equal(market.state.issued, 0n)
})

test('a user name is taken once', () => {
  const market = new Market()
  market.open('buyer', 'buyer')
  const body: Body = { type: 'open-account', name: 'buyer', kind: 'buyer', key: 'key of other' }
  assertRefused(market.by('other', body), 'NAME_TAKEN', /buyer is taken/)
  assert.equal(market.state.account('other'), undefined)
})

test('a user name has 3 to 32 of the allowed characters', () => {
  const market = new Market()
  for (const name of ['ab', 'a'.repeat(33), 'two words', 'möbius', '']) {
    const body: Body = { type: 'open-account', name, kind: 'buyer', key: `key of ${name}` }
    assertRefused(market.by(name, body), 'NAME_MALFORMED', /3 to 32/)
  }
  for (const name of ['abc', 'a'.repeat(32), 'A-z.0_9']) market.open(name, 'buyer')
})

test('an account is opened once', () => {
  const market = new Market()
  market.open('buyer', 'buyer')
  const body: Body = { type: 'open-account', name: 'again', kind: 'buyer', key: 'key of buyer' }
  assertRefused(market.by('buyer', body), 'ACCOUNT_EXISTS')
  assert.equal(market.state.account('buyer')?.nonce, 2)
})

test('an account has the id of its own key', () => {
  const body: Body = { type: 'open-account', name: 'thief', kind: 'buyer', key: 'key of thief' }
  const market = new Market()
  assertRefused(market.by('somebody', body), 'INVALID_SIGNER', /not that of the key/)
  assert.equal(market.state.account('somebody'), undefined)
})

const HOST: Extract<Body, { type: 'register-host' }> = {
  type: 'register-host',
  name: 'virt17',
  processor: 'pentium3',
  totals: TOTALS,
  key: 'host key',
  proof: signatureOf('host key')
}

test('a host is registered with nothing reserved and its totals as they were given', () => {
  const market = providerMarket()
  assert.equal(market.by('alex', HOST), null)
  const [host] = market.state.hosts('alex')
  assert.deepEqual(host?.totals, TOTALS)
  assert.deepEqual(host.reserved, { speed: 0, memoryMb: 0, storageMb: 0 })
  assert.equal(market.state.hostWithKey('host key')?.uuid, host.uuid)
})

test('a host key serves one host', () => {
  const market = providerMarket()
  assert.equal(market.by('alex', HOST), null)
  assertRefused(market.by('alex', HOST), 'HOST_KEY_TAKEN', /virt17/)
})

test('a host key that did not sign the registration is refused', () => {
  const forged = { ...HOST, proof: signatureOf('another key') }
  assertRefused(providerMarket().by('alex', forged), 'HOST_FORGED')
})

test('a host offers something of everything', () => {
  for (const field of ['speed', 'memoryMb', 'storageMb'] as const) {
    for (const value of [0, -1, 1.5, 2 ** 32]) {
      const totals: Resources = { ...TOTALS, [field]: value }
      const rejection = providerMarket().by('alex', { ...HOST, totals })
      assertRefused(rejection, 'HOST_MALFORMED', new RegExp(`${value}`))
    }
  }
})

test('a name of a host is 1 to 64 characters that can be shown', () => {
  const market = providerMarket()
  for (const name of ['', 'x'.repeat(65), 'red\u001b[31m', 'turned\u202e', '\ud800']) {
    assertRefused(market.by('alex', { ...HOST, name }), 'HOST_MALFORMED', /name/)
  }
  assert.equal(market.by('alex', { ...HOST, name: 'x'.repeat(64) }), null)
})

test('a buyer cannot register a host', () => {
  const market = new Market()
  market.open('buyer', 'buyer')
  assertRefused(market.by('buyer', HOST), 'WRONG_ACCOUNT_KIND', /only a provider/)
})

function providerMarket(): Market {
  const market = new Market()
  market.open('alex', 'provider')
  return market
}
