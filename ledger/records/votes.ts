/** What coordinators sign about a view. */
import type { Hash, PublicKey, Signature } from './records.ts'

export interface Vote {
  readonly signer: PublicKey
  readonly signature: Signature
}

/** What a coordinator says about one view; a leader's proposal is signed in the same way. */
export type VoteSubject =
  | {
      readonly kind: 'propose' | 'notarize' | 'finalize'
      readonly epoch: number
      readonly view: number
      readonly block: Hash
    }
  | {
      readonly kind: 'nullify'
      readonly epoch: number
      readonly view: number
      readonly block: null
    }

export type VoteKind = VoteSubject['kind']

export interface SignedVote {
  readonly subject: VoteSubject
  readonly vote: Vote
}

/** Two votes of one key for one view that no honest coordinator signs both. */
export interface Evidence {
  readonly first: SignedVote
  readonly second: SignedVote
}
