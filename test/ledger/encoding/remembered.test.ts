import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BLOCK_LIMITS,
  decodeAs,
  encodeAs,
  encodeTransaction,
  list,
  signedTransactionCodec
} from '../../../ledger/index.ts'
import * as sample from '../../support/ledger-samples.ts'

const opening = encodeAs(
  signedTransactionCodec,
  sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)
)

test('bytes that come again give the same value, alone or inside of others', () => {
  const first = decodeAs(signedTransactionCodec, opening)
  assert.equal(decodeAs(signedTransactionCodec, opening), first)
  const two = list(signedTransactionCodec, 2)
  const [left, right] = decodeAs(two, encodeAs(two, [first, first]))
  assert.equal(left, first)
  assert.equal(right, first)
})

test('the same signature behind other bytes is another value', () => {
  const first = decodeAs(signedTransactionCodec, opening)
  const { transaction, signature } = first
  const otherBytes = encodeAs(signedTransactionCodec, {
    transaction: { ...transaction, nonce: 2 },
    signature
  })
  const other = decodeAs(signedTransactionCodec, otherBytes)
  assert.equal(other.transaction.nonce, 2)
  assert.deepEqual(encodeTransaction(other), otherBytes)
  assert.deepEqual(encodeTransaction(first), opening)
})

test('a transaction of 1,024 bytes is kept and one of 1,025 is not', () => {
  for (const [bytes, kept] of [
    [1_024, true],
    [1_025, false]
  ] as const) {
    const long = encodeAs(signedTransactionCodec, sized(bytes))
    assert.equal(long.length, bytes)
    const again = decodeAs(signedTransactionCodec, long, BLOCK_LIMITS)
    assert.equal(decodeAs(signedTransactionCodec, long, BLOCK_LIMITS) === again, kept)
  }
})

/** A transaction of so many bytes: an offer inside it names images and an address of the length that is left. */
function sized(bytes: number) {
  for (let images = 0; images < 32; images++) {
    for (let length = 1; length <= 256; length++) {
      const offer = {
        ...sample.offer,
        images: Array.from({ length: images }, () => sample.someHash),
        addresses: ['a'.repeat(length)]
      }
      const heir = {
        offer: { ...sample.signedOffer, offer },
        acceptance: sample.signedAcceptance
      }
      const machine = sample.machineUuid
      const body = { type: 'declare-lost', machine, version: 1, root: null, heir } as const
      const signed = sample.signed(sample.buyer, 1, body, sample.buyerKey)
      if (encodeTransaction(signed).length === bytes) return signed
    }
  }
  throw new Error(`no such transaction has ${bytes} bytes`)
}
