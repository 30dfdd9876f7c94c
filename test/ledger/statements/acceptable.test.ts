import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  acceptablePoint,
  acceptableSignature,
  fromHex,
  toHex,
  verifyOffer
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'

const GROUP_ORDER = (1n << 252n) + 27742317777372353535851937790883648493n
const PRIME = (1n << 255n) - 19n
/** y of the points of order 8 (libsodium's list of refused points). */
const ORDER_8 = [
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
]

function littleEndian(value: bigint): string {
  return toHex(fromHex(value.toString(16).padStart(64, '0')).reverse())
}

function withS(s: bigint): boolean {
  const r = sample.signedOffer.signature.slice(0, 64)
  return acceptableSignature(fromHex(sample.hostKey.publicKey), fromHex(r + littleEndian(s)))
}

test('S is taken below the group order and refused at it and above it', () => {
  assert.equal(withS(GROUP_ORDER - 1n), true)
  assert.equal(withS(GROUP_ORDER), false)
  assert.equal(withS(GROUP_ORDER + 1n), false)
})

test('the second signature that anybody can make by adding the group order is refused', () => {
  const { offer, signature } = sample.signedOffer
  const s = BigInt(`0x${toHex(fromHex(signature.slice(64)).reverse())}`)
  const twin = signature.slice(0, 64) + littleEndian(s + GROUP_ORDER)
  const by = { network: sample.network, crypto: testCrypto }
  assert.equal(verifyOffer(by, { offer, signature: twin }, sample.hostKey.publicKey), false)
})

test('points of order 1, 2, 4 and 8 are refused with either sign', () => {
  const ys = [littleEndian(1n), littleEndian(PRIME - 1n), littleEndian(0n), ...ORDER_8]
  for (const y of ys) {
    const point = fromHex(y)
    assert.equal(acceptablePoint(point), false, y)
    point[31] = (point[31] ?? 0) | 0x80
    assert.equal(acceptablePoint(point), false, `${y} with the sign`)
  }
})

test('a point whose y is not below the prime is refused', () => {
  assert.equal(acceptablePoint(fromHex(littleEndian(PRIME - 2n))), true)
  for (const above of [0n, 1n, 2n, 18n]) {
    assert.equal(acceptablePoint(fromHex(littleEndian(PRIME + above))), false)
  }
})

test('a key of small order, for which the library takes one signature on everything, is refused', () => {
  const one = littleEndian(1n)
  const signature = one + '00'.repeat(32)
  assert.equal(testCrypto.verify(fromHex(one), new Uint8Array([7]), fromHex(signature)), true)
  const by = { network: sample.network, crypto: testCrypto }
  assert.equal(verifyOffer(by, { offer: sample.offer, signature }, one), false)
})

test('keys and signatures of other lengths are refused', () => {
  const key = fromHex(sample.hostKey.publicKey)
  const signature = fromHex(sample.signedOffer.signature)
  assert.equal(acceptableSignature(key, signature), true)
  assert.equal(acceptableSignature(key.subarray(1), signature), false)
  assert.equal(acceptableSignature(key, signature.subarray(1)), false)
})

test('whoever asks about a point keeps it as it was, in an array of any kind', () => {
  const negative = Buffer.from(`${'11'.repeat(31)}91`, 'hex')
  const before = negative.toString('hex')
  assert.equal(acceptablePoint(negative), true)
  assert.equal(negative.toString('hex'), before)
})
