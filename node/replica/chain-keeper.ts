import type {
  CertifiedBlock,
  CertifiedHeader,
  Crypto,
  FinalRecord,
  Genesis,
  Snapshot,
  StateEntry,
  SyncProgress,
  Tip
} from '../../ledger/index.ts'

/** Where a replica keeps its chain. */
export interface ChainKeeper {
  /**
   * All of it written as one when this resolves; `synced`: outlives a power cut. What is not synced may be lost in one,
   * the newest first, and comes again from a log or from other nodes.
   */
  append(records: readonly FinalRecord[], synced: boolean): Promise<void>
  /** Everything appended so far outlives a power cut when this resolves. */
  sync(): Promise<void>
  /** Stored blocks from this height on, in order. */
  blocks(fromHeight: number): AsyncIterable<CertifiedBlock>
}

/** Where a state that is fetched from others is kept until it is whole; `node/store` says what a crash leaves. */
export interface SnapshotKeeper {
  progress(): Promise<SyncProgress | null>
  begin(progress: SyncProgress): Promise<void>
  store(entries: readonly StateEntry[], progress: SyncProgress): Promise<void>
  complete(snapshot: Snapshot, genesis: Genesis, crypto: Crypto): Promise<Tip>
  keepHandOvers(handOvers: readonly CertifiedHeader[]): Promise<void>
  handOver(epoch: number): Promise<CertifiedHeader | undefined>
}
