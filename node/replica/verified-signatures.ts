import type { Hash } from '../../ledger/index.ts'

/** Signatures are the dearest part of a block: each is checked once per node and remembered by its hash. */
export interface VerifiedSignatures {
  remember(transaction: Hash): void
  has(transaction: Hash): boolean
}

/** Sixteen full blocks of a thousand; the oldest is forgotten first and would merely be checked again. */
const REMEMBERED_MAX = 16_384

export function createVerifiedSignatures(): VerifiedSignatures {
  const known = new Set<Hash>()
  return {
    remember(transaction) {
      known.add(transaction)
      if (known.size <= REMEMBERED_MAX) return
      const [oldest] = known
      if (oldest !== undefined) known.delete(oldest)
    },
    has: transaction => known.has(transaction)
  }
}
