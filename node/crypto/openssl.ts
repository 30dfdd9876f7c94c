/** Ed25519 as Node brings it. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { ED25519_KEY_BYTES, PUBLIC_DER_PREFIX, SIGNATURE_BYTES, type Verify } from './formats.ts'

/** Parsing a key costs as much as a verification; a network's busy keys are few. A KeyObject is about 1 kB. */
const KEY_CACHE_MAX = 4_096

export function opensslVerify(): Verify {
  const cache = new Map<string, KeyObject>()
  return (publicKey, message, signature) => {
    if (publicKey.length !== ED25519_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
    const key = cachedKey(cache, publicKey)
    return key !== undefined && verify(null, message, key, signature)
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
