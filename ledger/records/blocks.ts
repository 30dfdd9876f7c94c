import type { Hash, PublicKey, Signature } from './records.ts'
import type { RejectionCode } from './rejections.ts'
import type { SignedTransaction } from './transactions.ts'

/** Everything a block commits to. Hash = sha256 of its canonical bytes. */
export interface Header {
  readonly epoch: number
  readonly height: number
  readonly view: number
  readonly parent: Hash
  readonly timeMs: number
  /** RFC 9162 tree over the transactions' bytes and their result codes. */
  readonly transactionRoot: Hash
  /** State after this block. */
  readonly stateRoot: Hash
  /** RFC 9162 tree over the hashes of all earlier headers, from height 1 on. */
  readonly logRoot: Hash
  /** Hash of the coordinator set that may certify it. */
  readonly setHash: Hash
}

/** `null`: applied. Otherwise the rule it failed. */
export type ResultCode = RejectionCode | null

export interface Block {
  readonly header: Header
  readonly transactions: readonly SignedTransaction[]
  /** One per transaction. */
  readonly results: readonly ResultCode[]
}

export interface Vote {
  readonly signer: PublicKey
  readonly signature: Signature
}

/** A quorum's signatures: the block and all its ancestors are final. */
export interface Certificate {
  readonly kind: 'finalize'
  readonly epoch: number
  readonly view: number
  readonly block: Hash
  readonly votes: readonly Vote[]
}

export interface CertifiedBlock {
  readonly block: Block
  readonly certificate: Certificate
}
