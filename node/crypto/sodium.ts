/**
 * Ed25519 of libsodium, two to four times faster than OpenSSL's and without a key to parse. It checks the same equation
 * (RFC 8032 without the cofactor), and what the two treat differently is refused before either is asked.
 */
import { ED25519_KEY_BYTES, SIGNATURE_BYTES, type Verify } from './formats.ts'
import { loadSodium } from './load-sodium.ts'

/** undefined on a platform that the package has no binary for. */
export function sodiumVerify(): Verify | undefined {
  const sodium = loadSodium()
  if (sodium === undefined) return undefined
  return (publicKey, message, signature) => {
    if (publicKey.length !== ED25519_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
    return sodium.crypto_sign_verify_detached(signature, message, publicKey)
  }
}
