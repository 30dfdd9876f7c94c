import type { ICryptoInterface } from '@libp2p/noise'
import { defaultCrypto } from '@libp2p/noise/crypto'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { Sodium } from '../crypto/index.ts'

const TAG_BYTES = 16

/**
 * ChaCha20-Poly1305 of libsodium where its binary is here, the library's own otherwise. It encrypts and decrypts in one
 * buffer: a new one for each packet, and one more for its joined parts, were half of the garbage of a move.
 */
export function noiseCrypto(sodium: Sodium | undefined): ICryptoInterface {
  if (sodium === undefined) return defaultCrypto
  return {
    ...defaultCrypto,
    chaCha20Poly1305Encrypt(plaintext, nonce, associated, key) {
      const packet = Buffer.allocUnsafe(plaintext.byteLength + TAG_BYTES)
      const message = packet.subarray(0, plaintext.byteLength)
      copyInto(message, plaintext)
      const beside = associatedOrNull(associated)
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(packet, message, beside, null, nonce, key)
      return packet
    },
    /** Noise gives as `into` the ciphertext without its tag: in one piece, and for nobody else any more. */
    chaCha20Poly1305Decrypt(ciphertext, nonce, associated, key, into) {
      const length = ciphertext.byteLength - TAG_BYTES
      const text = into ?? Uint8Array.from(ciphertext.subarray(0, length))
      const tag = ciphertext.subarray(length)
      const beside = associatedOrNull(associated)
      sodium.crypto_aead_chacha20poly1305_ietf_decrypt_detached(
        text,
        null,
        text,
        tag,
        beside,
        nonce,
        key
      )
      return text
    }
  }
}

function copyInto(target: Uint8Array, bytes: Uint8Array | Uint8ArrayList): void {
  if (bytes instanceof Uint8Array) {
    target.set(bytes)
    return
  }
  let at = 0
  for (const piece of bytes) {
    target.set(piece, at)
    at += piece.byteLength
  }
}

function associatedOrNull(bytes: Uint8Array): Uint8Array | null {
  return bytes.byteLength === 0 ? null : bytes
}
