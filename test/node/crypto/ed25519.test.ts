import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSigner, nodeCrypto, publicKeyOf } from '../../../node/crypto/index.ts'

/** RFC 8032, section 7.1, test 2. */
const SEED = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex')
const PUBLIC = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'
const MESSAGE = Buffer.from('72', 'hex')
const SIGNATURE =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'

test('a seed gives the public key and the signature of RFC 8032', () => {
  const signer = createSigner(SEED)
  assert.equal(signer.publicKey, PUBLIC)
  assert.equal(Buffer.from(publicKeyOf(SEED)).toString('hex'), PUBLIC)
  assert.equal(Buffer.from(signer.sign(MESSAGE)).toString('hex'), SIGNATURE)
})

test('the right signature verifies and one with any byte changed does not', () => {
  const key = Buffer.from(PUBLIC, 'hex')
  const signature = Buffer.from(SIGNATURE, 'hex')
  assert.equal(nodeCrypto.verify(key, MESSAGE, signature), true)
  for (const place of [0, 31, 32, 63]) {
    const altered = Buffer.from(signature)
    altered.writeUInt8(altered.readUInt8(place) ^ 1, place)
    assert.equal(nodeCrypto.verify(key, MESSAGE, altered), false, `byte ${place}`)
  }
  assert.equal(nodeCrypto.verify(key, Buffer.from('73', 'hex'), signature), false)
})

test('keys and signatures of a wrong length are false, not an exception', () => {
  const key = Buffer.from(PUBLIC, 'hex')
  const signature = Buffer.from(SIGNATURE, 'hex')
  assert.equal(nodeCrypto.verify(key.subarray(1), MESSAGE, signature), false)
  assert.equal(nodeCrypto.verify(Buffer.concat([key, key]), MESSAGE, signature), false)
  assert.equal(nodeCrypto.verify(key, MESSAGE, signature.subarray(1)), false)
  assert.equal(nodeCrypto.verify(Buffer.alloc(32, 0xff), MESSAGE, signature), false)
})

test('more keys than the cache holds still verify', () => {
  const seeds = Array.from({ length: 1100 }, (_, index) => {
    const seed = Buffer.alloc(32)
    seed.writeUInt32BE(index)
    return seed
  })
  const first = createSigner(seeds[0] ?? SEED)
  for (const seed of seeds) {
    const signer = createSigner(seed)
    const key = Buffer.from(signer.publicKey, 'hex')
    assert.equal(nodeCrypto.verify(key, MESSAGE, signer.sign(MESSAGE)), true)
  }
  const key = Buffer.from(first.publicKey, 'hex')
  assert.equal(nodeCrypto.verify(key, MESSAGE, first.sign(MESSAGE)), true)
})

test('sha256 of the empty string is the known one', () => {
  assert.equal(
    Buffer.from(nodeCrypto.sha256(new Uint8Array())).toString('hex'),
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  )
})

test('a seed of another length is refused with both lengths named', () => {
  assert.throws(() => createSigner(new Uint8Array(31)), /32 bytes, not 31/)
})
