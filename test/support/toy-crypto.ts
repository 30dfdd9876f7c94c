/** Signatures that cost one hash: nobody in the explored world can forge, it only has to tell keys apart. */
import { createHash } from 'node:crypto'
import { type Crypto, fromHex, type Signer, toHex } from '../../ledger/index.ts'

export const toyCrypto: Crypto = {
  sha256,
  sha256Text: bytes => Buffer.from(sha256(bytes)).toString('latin1'),
  verify: (publicKey, message, signature) =>
    Buffer.compare(signature, signatureOf(publicKey, message)) === 0
}

export function toySigner(name: string): Signer {
  const publicKey = likePoint(sha256(new TextEncoder().encode(name)))
  return {
    publicKey: toHex(publicKey),
    sign: message => signatureOf(publicKey, message)
  }
}

function signatureOf(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const signature = new Uint8Array(64)
  signature.set(likePoint(sha256(Buffer.concat([fromHex(toHex(publicKey)), message]))))
  return signature
}

/** Below the field's prime, so that it may be shown to a verifier. */
function likePoint(bytes: Uint8Array): Uint8Array {
  bytes[31] = (bytes[31] ?? 0) & 0x3f
  return bytes
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}
