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

/** SHA-256 and Ed25519. Malformed keys and signatures are a plain `false`, because they come from peers. */
export const nodeCrypto: Crypto = {
  sha256: bytes => hash('sha256', bytes, 'buffer'),
  verify: sodium ?? opensslVerify()
}
