import type { Crypto } from '../crypto/index.ts'
import type {
  AccountId,
  Hash,
  PublicKey,
  Signature,
  SignedAcceptance,
  SignedOffer,
  SignedOrder,
  SignedReceipt,
  SignedVote,
  Uuid
} from '../records/index.ts'

/**
 * Signatures over statements and the ids that follow from bytes, for one network. `ledger/statements` makes
 * one from (crypto, network); the rules see only this, so that a test can say "forged" without making keys.
 */
export interface StatementChecks {
  /** Hash of the signed offer: what an acceptance and a contract name. */
  offerHash(offer: SignedOffer): Hash
  offerIsBy(offer: SignedOffer, key: PublicKey): boolean
  orderIsBy(order: SignedOrder, key: PublicKey): boolean
  acceptanceIsBy(acceptance: SignedAcceptance, key: PublicKey): boolean
  receiptIsBy(receipt: SignedReceipt, key: PublicKey): boolean
  /** The host key's signature over (network, account, nonce, key). */
  hostProofIsBy(account: AccountId, nonce: number, key: PublicKey, proof: Signature): boolean
  /** The coordinator key's signature over (network, account, nonce, key). */
  feesProofIsBy(account: AccountId, nonce: number, key: PublicKey, proof: Signature): boolean
  /** The consensus key's signature over (network, account, nonce, key). */
  candidateProofIsBy(account: AccountId, nonce: number, key: PublicKey, proof: Signature): boolean
  /** Whether the vote is signed by whom it names. */
  voteIsSigned(vote: SignedVote): boolean
  accountIdOf(key: PublicKey): AccountId
  machineUuidOf(owner: AccountId, nonce: number): Uuid
  hostUuidOf(owner: AccountId, nonce: number): Uuid
  migrationIdOf(machine: Uuid, version: number, owner: AccountId, nonce: number): Hash
}

/**
 * What the rules need besides the state. Height and time are those of the draft: `draft.height` and
 * `draft.timeMs` are the block's being made, not its parent's.
 */
export interface ApplyContext {
  readonly crypto: Crypto
  readonly statements: StatementChecks
}
