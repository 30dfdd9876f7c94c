/** Signed statements of the protocols, in the form of every other (`ledger/statements`): domain, line feed, network, bytes. */
import { concat } from 'uint8arrays/concat'
import { fromString } from 'uint8arrays/from-string'
import {
  acceptableSignature,
  fromHex,
  type Hash,
  type PublicKey,
  type Signature,
  type Signer,
  toHex,
  type Verifier
} from '../../ledger/index.ts'

/** Domains of statements that never reach the ledger; none may equal one of the ledger's `DOMAINS`. */
export type ProtocolDomain =
  | 'virtuoso/accept-request/1'
  | 'virtuoso/console-open/1'
  | 'virtuoso/purge-request/1'

/** The bytes that a key signs. */
export function statementBytes(
  domain: ProtocolDomain,
  network: Hash,
  canonical: Uint8Array
): Uint8Array {
  return concat([fromString(`${domain}\n`), fromHex(network), canonical])
}

export function signStatement(
  domain: ProtocolDomain,
  network: Hash,
  canonical: Uint8Array,
  key: Signer
): Signature {
  return toHex(key.sign(statementBytes(domain, network, canonical)))
}

export function verifyStatement(
  by: Verifier,
  domain: ProtocolDomain,
  canonical: Uint8Array,
  key: PublicKey,
  signature: Signature
): boolean {
  const keyBytes = fromHex(key)
  const signatureBytes = fromHex(signature)
  if (!acceptableSignature(keyBytes, signatureBytes)) return false
  const message = statementBytes(domain, by.network, canonical)
  return by.crypto.verify(keyBytes, message, signatureBytes)
}
