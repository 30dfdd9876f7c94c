export {
  CHUNK_BYTES_MAX,
  type CheckedChunk,
  type Chunk,
  checkChunk,
  cutChunk,
  type StateRange
} from './chunk.ts'
export { SYNC_FAULTS, type SyncFault, type SyncFaultCode } from './faults.ts'
export { SNAPSHOT_BEHIND_BLOCKS } from './settle.ts'
export {
  type Snapshot,
  type SnapshotOffer,
  snapshotOfferCodec,
  splitsOf,
  tipOf
} from './snapshot.ts'
export {
  type SyncAnswer,
  type SyncEffect,
  type SyncEvent,
  type SyncProgress,
  type SyncQuestion,
  type SyncState,
  type SyncStep,
  syncProgressCodec
} from './state.ts'
export { startSync, stepSync } from './sync.ts'
export { SYNC_PEERS_MAX } from './work.ts'
