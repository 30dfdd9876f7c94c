/** What coordinators say to each other, and what each writes down before it says it (Simplex, Chan and Pass). */
import type {
  Block,
  Certificate,
  CertifiedBlock,
  Notarization,
  Nullification,
  QuorumCertificate
} from './blocks.ts'
import type { Hash } from './records.ts'
import type { SignedTransaction } from './transactions.ts'
import type { Evidence, SignedVote, Vote } from './votes.ts'

/** A block of the leader with the proof that it may stand where it stands. */
export interface ProposeMessage {
  readonly type: 'propose'
  readonly block: Block
  /** That the parent may be built on; null where the parent is the genesis. */
  readonly parent: Notarization | Certificate | null
  /** One for each view between the parent's and the block's; the newest ones where there are very many. */
  readonly nullifications: readonly Nullification[]
  /** The leader's signature of the subject `propose`. */
  readonly vote: Vote
}

export type AgreementMessage =
  | ProposeMessage
  | { readonly type: 'vote'; readonly vote: SignedVote }
  | { readonly type: 'certificate'; readonly certificate: QuorumCertificate }
  /** Asks for the body of a block that is not final. */
  | { readonly type: 'get'; readonly block: Hash }
  | { readonly type: 'block'; readonly block: Block }
  /** Where the sender is; whoever is further on sends what it lacks. */
  | {
      readonly type: 'status'
      readonly view: number
      readonly height: number
      /** Of the block at `height`; null at the genesis or where it is not at hand. */
      readonly certificate: Certificate | null
    }
  /** Asks for final blocks from a height on. */
  | { readonly type: 'get-final'; readonly fromHeight: number }
  | { readonly type: 'final-blocks'; readonly blocks: readonly CertifiedBlock[] }
  /** Forwarded from the coordinator that a client submitted to. */
  | { readonly type: 'transactions'; readonly transactions: readonly SignedTransaction[] }
  | { readonly type: 'evidence'; readonly evidence: Evidence }

/** An entry of a coordinator's write-ahead log. */
export type LogRecord =
  /** Its own vote: forgotten after others saw it, an honest key would contradict itself. */
  | { readonly type: 'vote'; readonly vote: SignedVote }
  | { readonly type: 'block'; readonly block: Block }
  | { readonly type: 'certificate'; readonly certificate: QuorumCertificate }
