import type { CertifiedBlock } from '../../ledger/index.ts'
import type { ChainKeeper } from '../../node/replica/index.ts'

/** A chain that no disk keeps. */
export function memoryChain(): ChainKeeper {
  const kept: CertifiedBlock[] = []
  return {
    async append(records) {
      kept.push(...records.map(({ certified }) => certified))
    },
    sync: () => Promise.resolve(),
    async *blocks(fromHeight) {
      yield* kept.filter(({ block }) => block.header.height >= fromHeight)
    }
  }
}
