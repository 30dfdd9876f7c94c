import type { Hash } from '../../ledger/index.ts'
import type { Replica } from './replica.ts'

/** Whoever sent a transaction asks for its outcome within its life, 60 blocks as a rule. */
const BLOCKS_MAX = 1_024
/** 10 MB of hashes at most. */
const TRANSACTIONS_MAX = 65_536

/** In which of the newest blocks a transaction stands. */
export class RecentTransactions {
  readonly #heights = new Map<Hash, number>()

  constructor(replica: Replica) {
    replica.onFinal(({ after, outcomes }) => {
      for (const { hash } of outcomes) this.#heights.set(hash, after.height)
      this.#forget(after.height - BLOCKS_MAX)
    })
  }

  heightOf(transaction: Hash): number | undefined {
    return this.#heights.get(transaction)
  }

  /** The oldest stand first. */
  #forget(below: number): void {
    for (const [hash, height] of this.#heights) {
      if (height >= below && this.#heights.size <= TRANSACTIONS_MAX) return
      this.#heights.delete(hash)
    }
  }
}
