import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  accountIdOf,
  chainContext,
  DOMAINS,
  encodeAs,
  encodeCanonical,
  fromHex,
  type Hash,
  hashOffer,
  hashTransaction,
  hostUuidOf,
  machineUuidOf,
  migrationIdOf,
  networkOf,
  offerCodec,
  setHashOf,
  signedBytes,
  signFinalize,
  statementChecks,
  toHex,
  verifyFinalize,
  verifyOffer,
  verifyTransaction
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { checkGolden } from '../../support/golden.ts'
import * as sample from '../../support/ledger-samples.ts'

const by = { network: sample.network, crypto: testCrypto }
const checks = statementChecks(by)
const opening = { machine: sample.machineUuid, version: 2, owner: sample.buyerId, nonce: 9 }
const subject = { epoch: 0, view: 3, block: sample.someHash }
const transaction = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)

test('ids, hashes, signed bytes and signatures are those of the golden file', () => {
  const canonicalOffer = encodeAs(offerCodec, sample.offer)
  checkGolden('ledger-statements.json', {
    'network id': networkOf(sample.genesis, testCrypto),
    'buyer key': sample.buyerKey.publicKey,
    'account id': accountIdOf(sample.buyerKey.publicKey, testCrypto),
    'machine uuid': machineUuidOf(sample.buyerId, 2, testCrypto),
    'host uuid': hostUuidOf(sample.providerId, 2, testCrypto),
    'migration id': migrationIdOf(sample.network, opening, testCrypto),
    'set hash': setHashOf(sample.genesis.coordinators, testCrypto),
    'offer signed bytes': toHex(signedBytes(DOMAINS.offer, sample.network, canonicalOffer)),
    'offer signature': sample.signedOffer.signature,
    'offer hash': hashOffer(sample.signedOffer, testCrypto),
    'order signature': sample.signedOrder.signature,
    'acceptance signature': sample.signedAcceptance.signature,
    'receipt signature': sample.signedReceipt.signature,
    'host proof': sample.registerHost.proof,
    'transaction signature': transaction.signature,
    'transaction hash': hashTransaction(transaction, testCrypto),
    'finalize vote': signFinalize(sample.network, subject, sample.coordinator).signature
  })
})

test('each statement is known by the key that signed it and by no other', () => {
  const host = sample.hostKey.publicKey
  const buyer = sample.buyerKey.publicKey
  assert.equal(checks.offerIsBy(sample.signedOffer, host), true)
  assert.equal(checks.offerIsBy(sample.signedOffer, buyer), false)
  assert.equal(checks.orderIsBy(sample.signedOrder, buyer), true)
  assert.equal(checks.orderIsBy(sample.signedOrder, host), false)
  assert.equal(checks.acceptanceIsBy(sample.signedAcceptance, host), true)
  assert.equal(checks.acceptanceIsBy(sample.signedAcceptance, buyer), false)
  assert.equal(checks.receiptIsBy(sample.signedReceipt, host), true)
  assert.equal(checks.receiptIsBy(sample.signedReceipt, buyer), false)
  assert.equal(verifyTransaction(by, transaction, buyer), true)
  assert.equal(verifyTransaction(by, transaction, host), false)
})

test('a host proof holds for one account and one nonce', () => {
  const { key, proof } = sample.registerHost
  assert.equal(checks.hostProofIsBy(sample.providerId, 2, key, proof), true)
  assert.equal(checks.hostProofIsBy(sample.providerId, 3, key, proof), false)
  assert.equal(checks.hostProofIsBy(sample.buyerId, 2, key, proof), false)
})

test('a statement of one network is nothing in another', () => {
  const other: Hash = '00'.repeat(32)
  const elsewhere = { network: other, crypto: testCrypto }
  assert.equal(verifyOffer(elsewhere, sample.signedOffer, sample.hostKey.publicKey), false)
})

test('an offer changed in its last field is forged', () => {
  const offer = { ...sample.offer, expiresAtMs: sample.offer.expiresAtMs + 1 }
  const forged = { offer, signature: sample.signedOffer.signature }
  assert.equal(checks.offerIsBy(forged, sample.hostKey.publicKey), false)
})

test('a vote for one view is none for the next', () => {
  const vote = signFinalize(sample.network, subject, sample.coordinator)
  assert.equal(verifyFinalize(by, subject, vote), true)
  assert.equal(verifyFinalize(by, { ...subject, view: 4 }, vote), false)
})

test('bytes signed as one kind of statement are no signature on another', () => {
  const bytes = encodeCanonical([fromHex(sample.someHash), fromHex(sample.someHash)])
  const receipt = { migration: sample.someHash, root: sample.someHash }
  const asOffer = sample.hostKey.sign(signedBytes(DOMAINS.offer, sample.network, bytes))
  const forged = { receipt, signature: toHex(asOffer) }
  assert.equal(checks.receiptIsBy(forged, sample.hostKey.publicKey), false)
})

test('machines and hosts of one owner and nonce have different UUIDs of version 8', () => {
  const machine = machineUuidOf(sample.buyerId, 1, testCrypto)
  const host = hostUuidOf(sample.buyerId, 1, testCrypto)
  assert.notEqual(machine, host)
  const version8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  assert.match(machine, version8)
  assert.match(host, version8)
})

test('a context answers for the network of its genesis', () => {
  assert.equal(chainContext(sample.genesis, testCrypto).network, sample.network)
})
