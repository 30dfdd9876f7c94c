/**
 * Two libraries look at signatures, and a ledger must not depend on which: they have to agree on whatever the rules let
 * through to them (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs", 2020, lists where libraries do not).
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { acceptableSignature, fromHex } from '../../../ledger/index.ts'
import { createSigner, publicKeyOf } from '../../../node/crypto/index.ts'
import { opensslVerify } from '../../../node/crypto/openssl.ts'
import { sodiumVerify } from '../../../node/crypto/sodium.ts'
import { seededRandom } from '../../support/seeded-random.ts'

const openssl = opensslVerify()
const sodium = sodiumVerify() ?? assert.fail('the package has no binary for this platform')

interface Points {
  crypto_core_ed25519_add(sum: Uint8Array, a: Uint8Array, b: Uint8Array): void
  crypto_scalarmult_ed25519_base_noclamp(point: Uint8Array, scalar: Uint8Array): void
}
const points = createRequire(import.meta.url)('sodium-native') as Points

const GROUP_ORDER = (1n << 252n) + 27742317777372353535851937790883648493n
/** A point of order 8. */
const TORSION = fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')

/** One verdict that both have come to. */
function agreed(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!acceptableSignature(key, signature)) return false
  const verdicts = [openssl, sodium].map(verify => verify(key, message, signature))
  const what = [key, message, signature].map(bytes => Buffer.from(bytes).toString('hex')).join(' ')
  assert.equal(verdicts[0], verdicts[1], `OpenSSL and libsodium differ over ${what}`)
  return verdicts[0] === true
}

interface Random {
  readonly bytes: (length: number) => Uint8Array
  readonly below: (bound: number) => number
}

function random(seed: number): Random {
  const from = seededRandom(seed)
  return {
    bytes: length => Uint8Array.from({ length }, () => from.integer(256)),
    below: bound => from.integer(bound)
  }
}

test('good signatures are good for both, and with one bit changed bad for both (seed 7)', () => {
  const { bytes, below } = random(7)
  for (let round = 0; round < 200; round++) {
    const seed = bytes(32)
    const message = bytes(below(300))
    const parts = [publicKeyOf(seed), message, createSigner(seed).sign(message)].map(part =>
      Uint8Array.from(part)
    )
    const [key = message, , signature = message] = parts
    assert.equal(agreed(key, message, signature), true)
    const part = [key, signature][below(2)] ?? key
    const place = below(part.length)
    part[place] = (part[place] ?? 0) ^ (1 << below(8))
    assert.equal(agreed(key, message, signature), false)
  }
})

test('bytes that are nothing are bad for both (seed 8)', () => {
  const { bytes } = random(8)
  for (let round = 0; round < 500; round++) {
    assert.equal(agreed(bytes(32), bytes(20), bytes(64)), false)
  }
})

test('a key with a part of small order is good for both exactly where the equation without the cofactor holds', () => {
  const { bytes } = random(9)
  const counts = { good: 0, bad: 0 }
  for (let round = 0; round < 64; round++) {
    const [secret, nonce] = [scalar(bytes(32)), scalar(bytes(32))]
    const key = new Uint8Array(32)
    points.crypto_core_ed25519_add(key, timesBase(secret), TORSION)
    const message = bytes(40)
    const r = timesBase(nonce)
    const challenge = scalar(createHash('sha512').update(r).update(key).update(message).digest())
    const s = littleEndian((nonce + challenge * secret) % GROUP_ORDER)
    const isGood = agreed(key, message, Buffer.concat([r, s]))
    assert.equal(isGood, challenge % 8n === 0n)
    counts[isGood ? 'good' : 'bad'] += 1
  }
  assert.ok(counts.good > 0 && counts.bad > 0, JSON.stringify(counts))
})

function scalar(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) % GROUP_ORDER
}

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}

function timesBase(value: bigint): Uint8Array {
  const point = new Uint8Array(32)
  points.crypto_scalarmult_ed25519_base_noclamp(point, littleEndian(value))
  return point
}
