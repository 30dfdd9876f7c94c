import type { Hash, PublicKey } from '../../ledger/index.ts'

/**
 * Signatures are the dearest part of a block: each is checked once per node and remembered by the transaction's hash
 * and the key that it was checked against.
 */
export interface VerifiedSignatures {
  readonly remember: (transaction: Hash, key: PublicKey) => void
  readonly has: (transaction: Hash, key: PublicKey) => boolean
}

/** Sixteen full blocks of a thousand; the oldest is forgotten first and would merely be checked again. */
const REMEMBERED_MAX = 16_384

export function createVerifiedSignatures(): VerifiedSignatures {
  const known = new Map<Hash, PublicKey>()
  return {
    remember(transaction, key) {
      known.set(transaction, key)
      if (known.size <= REMEMBERED_MAX) return
      const [oldest] = known.keys()
      if (oldest !== undefined) known.delete(oldest)
    },
    has: (transaction, key) => known.get(transaction) === key
  }
}
