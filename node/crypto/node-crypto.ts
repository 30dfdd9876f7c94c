import { hash } from 'node:crypto'
import type { Crypto } from '../../ledger/index.ts'
import type { Verify } from './formats.ts'
import { opensslVerify } from './openssl.ts'
import { sodiumVerify } from './sodium.ts'

/** `VIRTUOSO_VERIFIER=openssl` does without libsodium. */
const WANTED = process.env['VIRTUOSO_VERIFIER']

const sodium: Verify | undefined = WANTED === 'openssl' ? undefined : sodiumVerify()

/** Whose code looks at signatures in this process. */
export const VERIFIER: 'sodium-native' | 'openssl' = sodium ? 'sodium-native' : 'openssl'

const SHA256_BYTES = 32

/** SHA-256 and Ed25519. Malformed keys and signatures are a plain `false`, because they come from peers. */
export const nodeCrypto: Crypto = {
  sha256,
  sha256Text,
  verify: sodium ?? opensslVerify()
}

function sha256Text(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'binary')
}

/** By way of a text: a Buffer with memory of its own, which Node would make, takes as long as the hash. */
function sha256(bytes: Uint8Array): Uint8Array {
  const text = sha256Text(bytes)
  const digest = new Uint8Array(SHA256_BYTES)
  for (let at = 0; at < SHA256_BYTES; at++) digest[at] = text.charCodeAt(at)
  return digest
}
