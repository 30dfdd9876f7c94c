import type { SignedTransaction } from '../../ledger/index.ts'

/** Brings signed transactions to a coordinator. */
export interface Courier {
  /**
   * One answer for each, in their order. null: a coordinator holds it and will include it or let it expire.
   * Transactions of one signer go by the order of their nonces.
   */
  deliver(
    batch: readonly SignedTransaction[],
    signal?: AbortSignal
  ): Promise<readonly (CourierRefusal | null)[]>
}

export interface CourierRefusal {
  readonly code: string
  readonly message: string
}
