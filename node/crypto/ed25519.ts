import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { Signer } from '../../ledger/index.ts'
import { ED25519_KEY_BYTES, PUBLIC_DER_PREFIX } from './formats.ts'

const PRIVATE_DER_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

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
