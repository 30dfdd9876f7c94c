import type { Hash, Member } from './records.ts'
import type { RejectionCode } from './rejections.ts'
import type { SignedTransaction } from './transactions.ts'
import type { Vote } from './votes.ts'

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
  /**
   * Who voted in the certificate of the parent that the leader built on: bit i is member i in leading order. 0 in
   * the first block of an epoch. Members check it against the certificate before they vote for the block.
   */
  readonly parentVotes: number
  /** Who coordinates the next epoch, in leading order: in the last block of an epoch, and in no other. */
  readonly nextSet: readonly Member[] | null
}

/** `null`: applied. Otherwise the rule it failed. */
export type ResultCode = RejectionCode | null

export interface Block {
  readonly header: Header
  readonly transactions: readonly SignedTransaction[]
  /** One per transaction. */
  readonly results: readonly ResultCode[]
}

/** A quorum's FINALIZE votes: the block and all its ancestors are final. */
export interface Certificate {
  readonly kind: 'finalize'
  readonly epoch: number
  readonly view: number
  readonly block: Hash
  readonly votes: readonly Vote[]
}

/** A quorum's NOTARIZE votes: no other block of this view can have one. */
export interface Notarization {
  readonly kind: 'notarize'
  readonly epoch: number
  readonly view: number
  readonly block: Hash
  readonly votes: readonly Vote[]
}

/** A quorum's NULLIFY votes: no block of this view is final by votes of its own view. */
export interface Nullification {
  readonly kind: 'nullify'
  readonly epoch: number
  readonly view: number
  readonly block: null
  readonly votes: readonly Vote[]
}

export type QuorumCertificate = Certificate | Notarization | Nullification

/** A final block with all that a stranger needs to see that it is final. */
export interface CertifiedBlock {
  readonly block: Block
  readonly certificate: Certificate
  /**
   * The headers from the block's child to the one that the certificate is about; empty where it is about the
   * block itself. A block may become final only by a descendant, when its own view found no quorum to finalize.
   */
  readonly descent: readonly Header[]
}

/** The same of a header alone: what a node needs that does not execute blocks. */
export interface CertifiedHeader {
  readonly header: Header
  readonly certificate: Certificate
  readonly descent: readonly Header[]
}
