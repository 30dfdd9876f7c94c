import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify
} from 'node:crypto'
import type { Crypto, Signer } from '../../ledger/index.ts'

/** RFC 8410: what stands before the 32 raw bytes in the DER of an Ed25519 key. */
const PUBLIC_DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const PRIVATE_DER_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

export const ED25519_KEY_BYTES = 32
const SIGNATURE_BYTES = 64

/** Parsing a key costs a third of a verification; a network's busy keys are few. A KeyObject is about 1 kB. */
const KEY_CACHE_MAX = 1024

/**
 * The verifier a network of ours pins: OpenSSL through `node:crypto`. Malformed keys and signatures are a plain
 * `false`, because they come from peers.
 */
export const nodeCrypto: Crypto = createCrypto()

function createCrypto(): Crypto {
  const cache = new Map<string, KeyObject>()
  return {
    sha256: bytes => createHash('sha256').update(bytes).digest(),
    verify(publicKey, message, signature) {
      if (publicKey.length !== ED25519_KEY_BYTES || signature.length !== SIGNATURE_BYTES)
        return false
      const key = cachedKey(cache, publicKey)
      return key !== undefined && verify(null, message, key, signature)
    }
  }
}

function cachedKey(cache: Map<string, KeyObject>, raw: Uint8Array): KeyObject | undefined {
  const name = Buffer.from(raw).toString('latin1')
  const known = cache.get(name)
  if (known !== undefined) return known
  const key = publicKeyFromRaw(raw)
  if (key === undefined) return undefined
  if (cache.size >= KEY_CACHE_MAX) {
    // A Map iterates in order of insertion: the oldest key goes, it costs one parse to come back.
    const oldest = cache.keys().next()
    if (oldest.done !== true) cache.delete(oldest.value)
  }
  cache.set(name, key)
  return key
}

function publicKeyFromRaw(raw: Uint8Array): KeyObject | undefined {
  try {
    const der = Buffer.concat([PUBLIC_DER_PREFIX, raw])
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  } catch {
    // Not a key at all: nothing it signed can verify.
    return undefined
  }
}

/** Signer over a 32-byte Ed25519 seed. Throws RangeError for another length. */
export function createSigner(seed: Uint8Array): Signer {
  const key = privateKeyFromSeed(seed)
  const publicKey = rawPublicKey(key).toString('hex')
  return { publicKey, sign: message => sign(null, message, key) }
}

/** The 32 raw bytes of the public key that belongs to a seed. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  return rawPublicKey(privateKeyFromSeed(seed))
}

function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  if (seed.length !== ED25519_KEY_BYTES) {
    throw new RangeError(`an Ed25519 seed has ${ED25519_KEY_BYTES} bytes, not ${seed.length}`)
  }
  const der = Buffer.concat([PRIVATE_DER_PREFIX, seed])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return der.subarray(PUBLIC_DER_PREFIX.length)
}
