/** The owner's signed word that a host shall keep nothing of a machine that it does not hold. */
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
  type Uuid,
  type Verifier
} from '../../ledger/index.ts'
import { signStatement, verifyStatement } from '../framing/index.ts'

export interface PurgeRequest {
  readonly machine: Uuid
  readonly host: Uuid
  /** The machine's present version: who repeats the word later removes nothing. */
  readonly version: number
}

export interface SignedPurgeRequest {
  readonly request: PurgeRequest
  readonly owner: AccountId
  readonly signature: Signature
}

const DOMAIN = 'virtuoso/purge-request/1'

const purgeRequestCodec: Codec<PurgeRequest> = record({
  machine: fields.uuid,
  host: fields.uuid,
  version: fields.counter
})

export const signedPurgeRequestCodec: Codec<SignedPurgeRequest> = record({
  request: purgeRequestCodec,
  owner: fields.accountId,
  signature: fields.signature
})

export function signPurgeRequest(
  network: Hash,
  request: PurgeRequest,
  owner: AccountId,
  ownerKey: Signer
): SignedPurgeRequest {
  const bytes = encodeAs(purgeRequestCodec, request)
  return { request, owner, signature: signStatement(DOMAIN, network, bytes, ownerKey) }
}

export function verifyPurgeRequest(
  by: Verifier,
  signed: SignedPurgeRequest,
  ownerKey: PublicKey
): boolean {
  const bytes = encodeAs(purgeRequestCodec, signed.request)
  return verifyStatement(by, DOMAIN, bytes, ownerKey, signed.signature)
}
