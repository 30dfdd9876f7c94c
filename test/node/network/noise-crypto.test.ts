import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { defaultCrypto } from '@libp2p/noise/crypto'
import { Uint8ArrayList } from 'uint8arraylist'
import { loadSodium } from '../../../node/crypto/index.ts'
import { noiseCrypto } from '../../../node/network/noise-crypto.ts'

/** Nothing, less and more than one cipher block, less and more than what the library calls small, the largest packet. */
const LENGTHS = [0, 1, 63, 64, 65, 1_199, 1_201, 65_519]
const ASSOCIATED = [new Uint8Array(0), randomBytes(32)]
const nonce = randomBytes(12)
const key = randomBytes(32)
const ours = noiseCrypto(loadSodium())

function pieces(bytes: Uint8Array): Uint8ArrayList {
  const middle = Math.floor(bytes.byteLength / 3)
  return new Uint8ArrayList(bytes.slice(0, middle), bytes.slice(middle))
}

test('packets have the bytes that the library itself makes, in one piece or in several', () => {
  assert.ok(loadSodium(), 'this machine has a binary of libsodium')
  for (const length of LENGTHS) {
    const plain = randomBytes(length)
    for (const associated of ASSOCIATED) {
      const expected = defaultCrypto.chaCha20Poly1305Encrypt(plain, nonce, associated, key)
      for (const given of [plain, pieces(plain)]) {
        const packet = ours.chaCha20Poly1305Encrypt(given, nonce, associated, key)
        assert.deepEqual(Buffer.from(packet.subarray()), Buffer.from(expected.subarray()))
      }
    }
  }
})

test('what the library encrypts is decrypted, with and without a place to decrypt in', () => {
  for (const length of LENGTHS) {
    const plain = randomBytes(length)
    for (const associated of ASSOCIATED) {
      const packet = defaultCrypto.chaCha20Poly1305Encrypt(plain, nonce, associated, key)
      const made = Uint8Array.from(packet.subarray())
      for (const given of [made.slice(), pieces(made)]) {
        for (const into of [undefined, made.slice(0, length)]) {
          const text = ours.chaCha20Poly1305Decrypt(given, nonce, associated, key, into)
          assert.deepEqual(Buffer.from(text.subarray()), plain)
        }
      }
    }
  }
})

test('a packet with one changed bit, another nonce or other associated data is refused', () => {
  const packet = ours
    .chaCha20Poly1305Encrypt(randomBytes(100), nonce, ASSOCIATED[0] ?? nonce, key)
    .slice()
  for (let bit = 0; bit < packet.length * 8; bit++) {
    const changed = packet.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.throws(() => ours.chaCha20Poly1305Decrypt(changed, nonce, new Uint8Array(0), key))
  }
  assert.throws(() =>
    ours.chaCha20Poly1305Decrypt(packet, key.slice(0, 12), new Uint8Array(0), key)
  )
  assert.throws(() => ours.chaCha20Poly1305Decrypt(packet, nonce, Uint8Array.of(1), key))
  assert.throws(() =>
    ours.chaCha20Poly1305Decrypt(packet.slice(0, 15), nonce, new Uint8Array(0), key)
  )
})

test('without a binary of libsodium the library does its own work', () => {
  assert.equal(noiseCrypto(undefined), defaultCrypto)
})
