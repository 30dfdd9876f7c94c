/** Making, checking and naming each signed statement. Hashes are over the canonical bytes of the whole record. */
import type { Crypto, Signer } from '../crypto/index.ts'
import {
  acceptanceCodec,
  type Codec,
  encodeAs,
  encodeCanonical,
  fromHex,
  offerCodec,
  orderCodec,
  receiptCodec,
  signedOfferCodec,
  toHex,
  transactionCodec
} from '../encoding/index.ts'
import type {
  Acceptance,
  AccountId,
  Hash,
  Offer,
  Order,
  PublicKey,
  ServedReceipt,
  Signature,
  SignedAcceptance,
  SignedOffer,
  SignedOrder,
  SignedReceipt,
  SignedTransaction,
  SignedVote,
  Transaction,
  Vote,
  VoteSubject
} from '../records/index.ts'
import { acceptableSignature } from './acceptable.ts'
import { DOMAINS, type Domain, hashOf, signedBytes } from './domains.ts'
import { encodeUnsigned } from './encoded.ts'

/** A signature is worth something only on one network and through that network's verifier. */
export interface Verifier {
  readonly network: Hash
  readonly crypto: Crypto
}

export function signOffer(network: Hash, offer: Offer, hostKey: Signer): SignedOffer {
  return { offer, signature: sign(DOMAINS.offer, network, encodeAs(offerCodec, offer), hostKey) }
}

export function verifyOffer(by: Verifier, signed: SignedOffer, hostKey: PublicKey): boolean {
  return verify(by, DOMAINS.offer, offerCodec, signed.offer, hostKey, signed.signature)
}

/** What an acceptance and a contract call the offer by. */
export function hashOffer(signed: SignedOffer, crypto: Crypto): Hash {
  return hashOf(crypto, encodeAs(signedOfferCodec, signed))
}

export function signOrder(
  network: Hash,
  order: Order,
  owner: AccountId,
  ownerKey: Signer
): SignedOrder {
  const signature = sign(DOMAINS.order, network, encodeAs(orderCodec, order), ownerKey)
  return { order, owner, signature }
}

export function verifyOrder(by: Verifier, signed: SignedOrder, ownerKey: PublicKey): boolean {
  return verify(by, DOMAINS.order, orderCodec, signed.order, ownerKey, signed.signature)
}

export function signAcceptance(
  network: Hash,
  acceptance: Acceptance,
  hostKey: Signer
): SignedAcceptance {
  const bytes = encodeAs(acceptanceCodec, acceptance)
  return { acceptance, signature: sign(DOMAINS.acceptance, network, bytes, hostKey) }
}

export function verifyAcceptance(
  by: Verifier,
  signed: SignedAcceptance,
  hostKey: PublicKey
): boolean {
  const { acceptance, signature } = signed
  return verify(by, DOMAINS.acceptance, acceptanceCodec, acceptance, hostKey, signature)
}

/** By the origin's host key, or by the key of the machine's owner who vouches for the destination. */
export function signReceipt(network: Hash, receipt: ServedReceipt, key: Signer): SignedReceipt {
  const bytes = encodeAs(receiptCodec, receipt)
  return { receipt, signature: sign(DOMAINS.receipt, network, bytes, key) }
}

export function verifyReceipt(by: Verifier, signed: SignedReceipt, key: PublicKey): boolean {
  return verify(by, DOMAINS.receipt, receiptCodec, signed.receipt, key, signed.signature)
}

/** A key's word that it stands for an account; `nonce` is that of the transaction that shows it. */
export interface KeyProof {
  readonly account: AccountId
  readonly nonce: number
  readonly key: PublicKey
  readonly proof: Signature
}

/** The host key agrees to stand for this account: nobody can register a key that is not theirs. */
export function signHostProof(
  network: Hash,
  account: AccountId,
  nonce: number,
  hostKey: Signer
): Signature {
  const bytes = keyProofBytes(account, nonce, hostKey.publicKey)
  return sign(DOMAINS.hostProof, network, bytes, hostKey)
}

export function verifyHostProof(by: Verifier, claim: KeyProof): boolean {
  return verifyKeyProof(by, DOMAINS.hostProof, claim)
}

/** A coordinator's key says whose account its fees go to. */
export function signFeesProof(
  network: Hash,
  account: AccountId,
  nonce: number,
  member: Signer
): Signature {
  const bytes = keyProofBytes(account, nonce, member.publicKey)
  return sign(DOMAINS.feesProof, network, bytes, member)
}

export function verifyFeesProof(by: Verifier, claim: KeyProof): boolean {
  return verifyKeyProof(by, DOMAINS.feesProof, claim)
}

/** A candidate's consensus key says whose it is. */
export function signCandidateProof(
  network: Hash,
  account: AccountId,
  nonce: number,
  member: Signer
): Signature {
  const bytes = keyProofBytes(account, nonce, member.publicKey)
  return sign(DOMAINS.candidateProof, network, bytes, member)
}

export function verifyCandidateProof(by: Verifier, claim: KeyProof): boolean {
  return verifyKeyProof(by, DOMAINS.candidateProof, claim)
}

export function signTransaction(
  network: Hash,
  transaction: Transaction,
  key: Signer
): SignedTransaction {
  const bytes = encodeAs(transactionCodec, transaction)
  return { transaction, signature: sign(DOMAINS.transaction, network, bytes, key) }
}

export function verifyTransaction(
  by: Verifier,
  signed: SignedTransaction,
  key: PublicKey
): boolean {
  return verifyBytes(by, DOMAINS.transaction, encodeUnsigned(signed), key, signed.signature)
}

/** A coordinator's word about a view: each kind has its own domain. */
export function signVote(network: Hash, subject: VoteSubject, member: Signer): SignedVote {
  const signature = sign(DOMAINS[subject.kind], network, subjectBytes(subject), member)
  return { subject, vote: { signer: member.publicKey, signature } }
}

export function verifyVote(by: Verifier, { subject, vote }: SignedVote): boolean {
  const bytes = subjectBytes(subject)
  return verifyBytes(by, DOMAINS[subject.kind], bytes, vote.signer, vote.signature)
}

/** What a FINALIZE vote is about. */
export interface FinalizeSubject {
  readonly epoch: number
  readonly view: number
  readonly block: Hash
}

export function signFinalize(network: Hash, subject: FinalizeSubject, member: Signer): Vote {
  return signVote(network, { kind: 'finalize', ...subject }, member).vote
}

export function verifyFinalize(by: Verifier, subject: FinalizeSubject, vote: Vote): boolean {
  return verifyVote(by, { subject: { kind: 'finalize', ...subject }, vote })
}

function subjectBytes({ epoch, view, block }: VoteSubject): Uint8Array {
  return encodeCanonical(block === null ? [epoch, view] : [epoch, view, fromHex(block)])
}

function verifyKeyProof(by: Verifier, domain: Domain, claim: KeyProof): boolean {
  const bytes = keyProofBytes(claim.account, claim.nonce, claim.key)
  return verifyBytes(by, domain, bytes, claim.key, claim.proof)
}

function keyProofBytes(account: AccountId, nonce: number, key: PublicKey): Uint8Array {
  return encodeCanonical([fromHex(account), nonce, fromHex(key)])
}

function sign(domain: Domain, network: Hash, canonical: Uint8Array, key: Signer): Signature {
  return toHex(key.sign(signedBytes(domain, network, canonical)))
}

function verify<T>(
  by: Verifier,
  domain: Domain,
  codec: Codec<T>,
  value: T,
  key: PublicKey,
  signature: Signature
): boolean {
  return verifyBytes(by, domain, encodeAs(codec, value), key, signature)
}

function verifyBytes(
  by: Verifier,
  domain: Domain,
  canonical: Uint8Array,
  key: PublicKey,
  signature: Signature
): boolean {
  const keyBytes = fromHex(key)
  const signatureBytes = fromHex(signature)
  if (!acceptableSignature(keyBytes, signatureBytes)) return false
  return by.crypto.verify(keyBytes, signedBytes(domain, by.network, canonical), signatureBytes)
}
