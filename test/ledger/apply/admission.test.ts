import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, checkAdmission, type SignerRef } from '../../../ledger/index.ts'
import {
  assertRefused,
  BID,
  CONFIGURATION1,
  GENESIS,
  movingMarket,
  storedMarket
} from './market.ts'

const REGISTER: Body = { type: 'register-machine', configuration: CONFIGURATION1, bid: BID }
const BUYER: SignerRef = { kind: 'account', id: 'buyer' }

test('a nonce is used once and in order', () => {
  const { market } = storedMarket()
  const used = market.state.account('buyer')?.nonce ?? -1
  for (const nonce of [0, used - 1, used, used + 2]) {
    assertRefused(
      market.send(BUYER, REGISTER, { nonce }),
      'INVALID_NONCE',
      new RegExp(`${used + 1}`)
    )
  }
  assert.equal(market.state.account('buyer')?.nonce, used)
  assert.equal(market.send(BUYER, REGISTER, { nonce: used + 1 }), null)
})

test('a transaction lives up to its expiry height and not past it', () => {
  const { market } = storedMarket()
  const { height } = market.state
  assertRefused(market.send(BUYER, REGISTER, { expiryHeight: height - 1 }), 'INVALID_EXPIRED')
  assert.equal(market.send(BUYER, REGISTER, { expiryHeight: height }), null)
})

test('a transaction may not live longer than the parameters say', () => {
  const { market } = storedMarket()
  const last = market.state.height + GENESIS.parameters.expiryHeightsMax
  assertRefused(market.send(BUYER, REGISTER, { expiryHeight: last + 1 }), 'INVALID_EXPIRED')
  assert.equal(market.send(BUYER, REGISTER, { expiryHeight: last }), null)
})

test('the height asked about may be that of the next block', () => {
  const { market } = storedMarket()
  const { height } = market.state
  const transaction = {
    signer: BUYER,
    nonce: (market.state.account('buyer')?.nonce ?? 0) + 1,
    expiryHeight: height,
    feeMax: 0n,
    body: REGISTER
  }
  const signed = { transaction, signature: '' }
  assert.equal(checkAdmission(market.state, signed), null)
  assertRefused(checkAdmission(market.state, signed, height + 1), 'INVALID_EXPIRED')
})

test('an unknown signer is refused', () => {
  const { market } = storedMarket()
  assertRefused(market.by('nobody', REGISTER), 'INVALID_SIGNER', /nobody/)
  const unknown: SignerRef = { kind: 'host', id: 'no host' }
  const fell: Body = { type: 'fell', machine: 'm', version: 1, root: 'r' }
  assertRefused(market.send(unknown, fell), 'INVALID_SIGNER')
})

test('an account cannot send what a host sends, nor a host what an account sends', () => {
  const { market, machine, host } = storedMarket()
  const fell: Body = { type: 'fell', machine, version: 1, root: 'root' }
  assertRefused(market.by('alex', fell), 'INVALID_SIGNER', /a host, not an account/)
  assertRefused(market.byHost(host, REGISTER), 'INVALID_SIGNER', /an account, not a host/)
})

test('a rule that fails uses up the nonce and changes nothing else', () => {
  const { market } = storedMarket()
  const before = market.state.account('buyer')
  const discard: Body = { type: 'discard-machine', machine: 'no such machine' }
  assertRefused(market.by('buyer', discard), 'MACHINE_UNKNOWN')
  assert.deepEqual(market.state.account('buyer'), { ...before, nonce: (before?.nonce ?? 0) + 1 })
})

test('a heartbeat uses no nonce, and its height has to grow up to that of the block', () => {
  const { market, machine, destination } = movingMarket()
  assert.equal(market.openMove(machine, destination), null)
  const opened = market.state.height
  const beat = (height: number): Body => ({
    type: 'heartbeat',
    machine,
    migration: market.state.migration(machine)?.id ?? '',
    height
  })
  assert.equal(market.byHost(destination, beat(opened)), null)
  assertRefused(market.byHost(destination, beat(opened)), 'INVALID_HEARTBEAT', /not after/)
  assertRefused(market.byHost(destination, beat(opened + 1)), 'INVALID_HEARTBEAT')
  market.after(1_000)
  assert.equal(market.byHost(destination, beat(opened + 1)), null)
  assert.equal(market.hostNow(destination.uuid).nonce, 0)
  const numbered = market.send({ kind: 'host', id: destination.uuid }, beat(opened + 1), {
    nonce: 1
  })
  assertRefused(numbered, 'INVALID_NONCE')
})

test('a heartbeat of a move that is over, or by another host, is not admitted', () => {
  const { market, machine, host, destination } = movingMarket()
  assert.equal(market.openMove(machine, destination), null)
  const migration = market.state.migration(machine)?.id ?? ''
  const beat: Body = { type: 'heartbeat', machine, migration, height: market.state.height }
  assertRefused(market.byHost(host, beat), 'INVALID_HEARTBEAT', /not the move's destination/)
  assertRefused(
    market.byHost(destination, { ...beat, migration: 'another' }),
    'INVALID_HEARTBEAT',
    /no open move/
  )
  assert.equal(market.by('buyer', { type: 'abort-migration', machine, migration }), null)
  assertRefused(market.byHost(destination, beat), 'INVALID_HEARTBEAT', /no open move/)
})
