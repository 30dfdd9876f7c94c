/** The owner's signed wish that a host take in its machine; without it anybody could have a host reserve room. */
import {
  type AccountId,
  type Codec,
  choice,
  encodeAs,
  fields,
  type Hash,
  type PublicKey,
  record,
  type Signature,
  type SignedOffer,
  type Signer,
  signedOfferCodec,
  type Uuid,
  type Verifier
} from '../../ledger/index.ts'
import { signStatement, verifyStatement } from '../framing/index.ts'

const ACCEPTED_AS = ['destination', 'heir'] as const

export interface AcceptRequest {
  readonly machine: Uuid
  /** The version that is to arrive. */
  readonly version: number
  /** Of a move; or the heir of a machine whose holder is given up, which has a copy of what was sealed last. */
  readonly as: (typeof ACCEPTED_AS)[number]
  /** The destination's own signed offer. */
  readonly offer: SignedOffer
  /** Last height at which the acceptance may be used in an OPEN. */
  readonly expiryHeight: number
}

export interface SignedAcceptRequest {
  readonly request: AcceptRequest
  readonly owner: AccountId
  readonly signature: Signature
}

const DOMAIN = 'virtuoso/accept-request/1'

const acceptRequestCodec: Codec<AcceptRequest> = record({
  machine: fields.uuid,
  version: fields.counter,
  as: choice(ACCEPTED_AS),
  offer: signedOfferCodec,
  expiryHeight: fields.counter
})

export const signedAcceptRequestCodec: Codec<SignedAcceptRequest> = record({
  request: acceptRequestCodec,
  owner: fields.accountId,
  signature: fields.signature
})

export function signAcceptRequest(
  network: Hash,
  request: AcceptRequest,
  owner: AccountId,
  ownerKey: Signer
): SignedAcceptRequest {
  const bytes = encodeAs(acceptRequestCodec, request)
  return { request, owner, signature: signStatement(DOMAIN, network, bytes, ownerKey) }
}

export function verifyAcceptRequest(
  by: Verifier,
  signed: SignedAcceptRequest,
  ownerKey: PublicKey
): boolean {
  const bytes = encodeAs(acceptRequestCodec, signed.request)
  return verifyStatement(by, DOMAIN, bytes, ownerKey, signed.signature)
}
