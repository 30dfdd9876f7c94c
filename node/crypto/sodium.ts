/**
 * Ed25519 of libsodium, two to four times faster than OpenSSL's and without a key to parse. It checks the same equation
 * (RFC 8032 without the cofactor), and what the two treat differently is refused before either is asked.
 */
import { createRequire } from 'node:module'
import { ED25519_KEY_BYTES, SIGNATURE_BYTES, type Verify } from './formats.ts'

/** The one function that is used of the package. */
interface Sodium {
  crypto_sign_verify_detached(
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array
  ): boolean
}

/** undefined on a platform that the package has no binary for. */
export function sodiumVerify(): Verify | undefined {
  let sodium: Sodium
  try {
    sodium = createRequire(import.meta.url)('sodium-native') as Sodium
  } catch {
    // An optional speed-up: without it OpenSSL does the same.
    return undefined
  }
  return (publicKey, message, signature) => {
    if (publicKey.length !== ED25519_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
    return sodium.crypto_sign_verify_detached(signature, message, publicKey)
  }
}
