import type {
  CertifiedBlock,
  ChainContext,
  Genesis,
  Hash,
  RejectionCode,
  SignedTransaction,
  StateReader
} from '../../ledger/index.ts'

/** How a node knows the ledger: it replays every block, or it follows heads and has each read proven under one. */
export type LedgerKind = 'full' | 'light'

/** The newest block that this node knows to be final; that of the genesis, at height 0, before the first. */
export interface LedgerPoint {
  readonly height: number
  readonly timeMs: number
  /** Of the header; the network's id at height 0. */
  readonly block: Hash
  readonly stateRoot: Hash
}

/** Where a transaction ended up. */
export interface Inclusion {
  readonly height: number
  readonly result: RejectionCode | null
  /** null: the rule said no, and only its code is known. */
  readonly message: string | null
}

/**
 * `expired`: it is in no block and can never be in one. `unknown`: its nonce is used up or its life is over, and nobody
 * who was asked shows the block that holds it. `passed`: the block may be among those that this node has passed over with a
 * snapshot.
 */
export type Fate = Inclusion | 'expired' | 'unknown' | 'passed'

export interface AwaitedInclusion {
  readonly promise: Promise<Fate>
  cancel(): void
}

/** A question to one state of the ledger: synchronous, without effects, and good to be asked more than once. */
export type Look<T> = (state: StateReader) => T

/**
 * The one way to the ledger for all that a person's node does. What is read is true: replayed here, or proven under a
 * head that the coordinators certified. What cannot be had fails with `LedgerAccessError`.
 */
export interface LedgerAccess {
  readonly kind: LedgerKind
  readonly context: ChainContext
  readonly genesis: Genesis
  /** What was seen last; a read may see more. */
  head(): LedgerPoint
  /** All that one look reads is of one state. What the look throws comes through. */
  read<T>(look: Look<T>, signal?: AbortSignal): Promise<T>
  /** Resolves as soon as a final state satisfies the condition; rejects with the signal's reason. */
  until(condition: Look<boolean>, signal: AbortSignal): Promise<void>
  /** Called with each new head, but for those that were passed over; returns the unsubscribe. */
  onHead(listener: (head: LedgerPoint) => void): () => void
  /** Begin before the transaction is sent, or its block may pass unseen. */
  inclusionOf(signed: SignedTransaction): AwaitedInclusion
  /** Final blocks from one height to another, both included. On a light node they are a peer's claim. */
  blocks(from: number, to: number): AsyncIterable<CertifiedBlock>
}
