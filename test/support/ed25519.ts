/** Real cryptography for tests, with keys that are the same on every run. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify
} from 'node:crypto'
import { type Crypto, fromHex, type Signer, toHex } from '../../ledger/index.ts'

/** What precedes the 32 bytes in the DER forms of RFC 8410. */
const PRIVATE_PREFIX = fromHex('302e020100300506032b657004220420')
const PUBLIC_PREFIX = fromHex('302a300506032b6570032100')

export const testCrypto: Crypto = {
  sha256: bytes => new Uint8Array(createHash('sha256').update(bytes).digest()),
  sha256Text: bytes => createHash('sha256').update(bytes).digest('binary'),
  verify(publicKey, message, signature) {
    const der = Buffer.concat([PUBLIC_PREFIX, publicKey])
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return verify(null, message, key, signature)
  }
}

/** The signer of the key whose seed is the hash of `name`. */
export function testSigner(name: string): Signer {
  const seed = createHash('sha256').update(name).digest()
  const der = Buffer.concat([PRIVATE_PREFIX, seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return {
    publicKey: publicKeyOf(key),
    sign: message => new Uint8Array(sign(null, message, key))
  }
}

function publicKeyOf(key: KeyObject): string {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return toHex(der.subarray(PUBLIC_PREFIX.length))
}
