import { createRequire } from 'node:module'

/** The functions that are used of the package `sodium-native`; each throws where an argument has the wrong length. */
export interface Sodium {
  crypto_sign_verify_detached(
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array
  ): boolean
  /** `into` has 16 bytes more than `message`, which may be its own beginning. */
  crypto_aead_chacha20poly1305_ietf_encrypt(
    into: Uint8Array,
    message: Uint8Array,
    associated: Uint8Array | null,
    secretNonce: null,
    nonce: Uint8Array,
    key: Uint8Array
  ): number
  /** `into` may be `ciphertext` itself. Throws where the tag is not the right one. */
  crypto_aead_chacha20poly1305_ietf_decrypt_detached(
    into: Uint8Array,
    secretNonce: null,
    ciphertext: Uint8Array,
    tag: Uint8Array,
    associated: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array
  ): void
}

let loaded: Sodium | null | undefined

/** undefined on a platform that the package has no binary for: it is an optional speed-up. */
export function loadSodium(): Sodium | undefined {
  if (loaded !== undefined) return loaded ?? undefined
  try {
    loaded = createRequire(import.meta.url)('sodium-native') as Sodium
  } catch {
    loaded = null
  }
  return loaded ?? undefined
}
