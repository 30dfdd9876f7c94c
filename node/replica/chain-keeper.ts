import type { CertifiedBlock, FinalRecord } from '../../ledger/index.ts'

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
