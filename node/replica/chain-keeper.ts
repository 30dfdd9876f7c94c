import type { CertifiedBlock, FinalRecord } from '../../ledger/index.ts'

/** Where a replica keeps its chain. */
export interface ChainKeeper {
  /** All of it on disk in one atomic, synced write when this resolves. */
  append(records: readonly FinalRecord[]): Promise<void>
  /** Stored blocks from this height on, in order. */
  blocks(fromHeight: number): AsyncIterable<CertifiedBlock>
}
