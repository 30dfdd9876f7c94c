/**
 * How coordinators come to one chain, as seen by the driver that owns disk, network and clock. An agreement is
 * a pure machine: the driver feeds events one at a time and carries the effects of each step out in their order.
 *
 * - `persist` has to be written, in one atomic write, before any later effect is begun; then `persisted` is
 *   fed back. A vote that was seen by others and is then forgotten makes an honest key contradict itself.
 * - `final` may be published, and its transactions' senders answered, when it comes: a quorum has the block and its
 *   FINALIZE votes on disk by then, and votes for nothing else after a power cut.
 * - After a crash the driver begins again from the newest persisted tip and the log. What was not persisted never
 *   happened.
 * - `log` entries have to be on disk before any later effect; `records` only before a later `final`. A tip that is
 *   older than the log is brought forward again from the log, as long as `neededRecords` were kept.
 */
import type { Outcome, Tip } from '../chain/index.ts'
import type {
  CertifiedBlock,
  Evidence,
  Hash,
  LogRecord,
  PublicKey,
  SignedTransaction
} from '../records/index.ts'
import type { StateChange } from '../state/index.ts'
import type { AgreementFault } from './faults.ts'
import type { PoolAnswer } from './mempool.ts'

export type AgreementEvent =
  /** Transactions whose signatures are good. */
  | { readonly type: 'transactions'; readonly transactions: readonly SignedTransaction[] }
  /** The time of the last `set-timer` has come; early or late does no harm. */
  | { readonly type: 'timer' }
  /** Bytes from another coordinator. */
  | { readonly type: 'message'; readonly from: PublicKey; readonly bytes: Uint8Array }
  /** Final blocks by another way than the agreement's messages; each proves itself. */
  | {
      readonly type: 'final-blocks'
      readonly from: PublicKey
      readonly blocks: readonly CertifiedBlock[]
    }
  /** The `persist` effect with this number is on disk. */
  | { readonly type: 'persisted'; readonly write: number }

/** What a step asks to be kept. */
export interface FinalRecord {
  readonly type: 'final'
  readonly certified: CertifiedBlock
  /** Head of the chain from now on; restart from here. */
  readonly tip: Tip
  /** What turns the stored state into that of `tip`. */
  readonly changes: readonly StateChange[]
}

export type AgreementEffect =
  | {
      readonly type: 'persist'
      readonly write: number
      readonly records: readonly FinalRecord[]
      /** To be appended to the write-ahead log in this order, in the same write. */
      readonly log: readonly LogRecord[]
      /**
       * It has to outlive a power cut. Otherwise it has to outlive the process only: it is what others said, and a quorum
       * has its part of it on disk.
       */
      readonly synced: boolean
    }
  /** To one coordinator, or to all others where `to` is null. */
  | { readonly type: 'send'; readonly to: PublicKey | null; readonly bytes: Uint8Array }
  | {
      readonly type: 'final'
      readonly certified: CertifiedBlock
      readonly tip: Tip
      /** Of the block's transactions, in its order. */
      readonly outcomes: readonly Outcome[]
    }
  /** Each transaction of a `transactions` event is answered once. */
  | { readonly type: 'answer'; readonly answers: readonly PoolAnswer[] }
  /** Transactions that waited and can stand in no block any more. */
  | { readonly type: 'dropped'; readonly transactions: readonly Hash[] }
  /** `to` asks for stored final blocks: send it a `final-blocks` message, within its limits. */
  | { readonly type: 'serve-final'; readonly to: PublicKey; readonly fromHeight: number }
  /** A coordinator signed what no honest one signs. Told once for each key and view. */
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  /** A message that changed nothing because of its sender's fault: count it, and limit the sender. */
  | { readonly type: 'refused'; readonly from: PublicKey; readonly fault: AgreementFault }
  /**
   * The epoch's last block is final, and this agreement does nothing any more: the next epoch is begun by `start`, from
   * that tip, by those who are seated in it. `waiting` are transactions that wait for a block.
   */
  | { readonly type: 'epoch-over'; readonly waiting: readonly SignedTransaction[] }
  /** Feed `timer` at this time; replaces the one set before. */
  | { readonly type: 'set-timer'; readonly atMs: number }

export interface AgreementStep<State> {
  readonly state: State
  readonly effects: readonly AgreementEffect[]
}

export interface Agreement<State> {
  /**
   * At the start, and again after a crash: `tip` is the genesis' or the newest persisted one, `log` what was
   * read back from the write-ahead log, oldest first.
   */
  start(tip: Tip, nowMs: number, log?: readonly LogRecord[]): AgreementStep<State>
  step(state: State, event: AgreementEvent, nowMs: number): AgreementStep<State>
}
