import type { LightFaultCode } from '../light/index.ts'
import type { ProofFaultCode } from '../proofs/index.ts'

/** What can be wrong with what a peer gives of a snapshot, besides its headers and proofs. The list is closed. */
export const SYNC_FAULTS = [
  /** The hashes are not those of the headers before the snapshot's. */
  'SYNC_WRONG_LOG',
  /** The keys at which it says the state may be divided are none, or not in order. */
  'SYNC_WRONG_SPLITS',
  /** A chunk ends outside of the range that was asked for. */
  'SYNC_CHUNK_ASTRAY',
  /** A chunk that does not reach the end holds less than an honest one can: such chunks would never end. */
  'SYNC_CHUNK_SHORT',
  /** It does not give what it has just offered. */
  'SYNC_OFFER_BROKEN',
  /** An answer to a question that was not asked. */
  'SYNC_UNASKED',
  /** No answer in time, or a refusal. */
  'SYNC_UNANSWERED'
] as const

export type SyncFaultCode = (typeof SYNC_FAULTS)[number] | LightFaultCode | ProofFaultCode

export interface SyncFault {
  readonly code: SyncFaultCode
  readonly message: string
}
