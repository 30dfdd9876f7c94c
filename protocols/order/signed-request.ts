import {
  type AccountId,
  type Codec,
  encodeAs,
  fields,
  type Hash,
  type PublicKey,
  record,
  type Signature,
  type Signer,
  type Verifier
} from '../../ledger/index.ts'
import { type ProtocolDomain, signStatement, verifyStatement } from '../framing/index.ts'

/** What an owner asks of a host, under the key of its account. */
export interface SignedRequest<T> {
  readonly request: T
  readonly owner: AccountId
  readonly signature: Signature
}

/** One kind of them: its bytes, and how it is signed and checked. */
export interface RequestKind<T> {
  readonly codec: Codec<SignedRequest<T>>
  sign(network: Hash, request: T, owner: AccountId, ownerKey: Signer): SignedRequest<T>
  verify(by: Verifier, signed: SignedRequest<T>, ownerKey: PublicKey): boolean
}

export function requestKind<T>(domain: ProtocolDomain, inner: Codec<T>): RequestKind<T> {
  return {
    codec: record({ request: inner, owner: fields.accountId, signature: fields.signature }),
    sign(network, request, owner, ownerKey) {
      const bytes = encodeAs(inner, request)
      return { request, owner, signature: signStatement(domain, network, bytes, ownerKey) }
    },
    verify: (by, { request, signature }, ownerKey) =>
      verifyStatement(by, domain, encodeAs(inner, request), ownerKey, signature)
  }
}
