import type { Hash, PublicKey } from '../../ledger/index.ts'

/**
 * Signatures are the dearest part of a block: each is checked once per node and remembered by the transaction's hash
 * and the key that it was checked against.
 */
export interface VerifiedSignatures {
  readonly remember: (transaction: Hash, key: PublicKey) => void
  readonly has: (transaction: Hash, key: PublicKey) => boolean
}

/** Sixteen full blocks of a thousand, and up to twice as many; what is forgotten would merely be checked again. */
const REMEMBERED_MIN = 16_384

export function createVerifiedSignatures(): VerifiedSignatures {
  // Two halves by age, because taking the oldest one out of a map walks past all that were taken out before it.
  let newer = new Map<Hash, PublicKey>()
  let older: typeof newer = new Map()
  return {
    remember(transaction, key) {
      newer.set(transaction, key)
      if (newer.size < REMEMBERED_MIN) return
      older = newer
      newer = new Map()
    },
    has: (transaction, key) => (newer.get(transaction) ?? older.get(transaction)) === key
  }
}
