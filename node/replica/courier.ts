import type { SignedTransaction } from '../../ledger/index.ts'

/** Brings a signed transaction to a coordinator. */
export interface Courier {
  /** `accepted`: a coordinator holds it and will include it or let it expire. */
  deliver(signed: SignedTransaction, signal?: AbortSignal): Promise<'accepted' | CourierRefusal>
}

export interface CourierRefusal {
  readonly code: string
  readonly message: string
}
