/** The owner's receipt, where the origin gives none: whether it is the word that a destination waits for. */
import type { MigrationRecord, SignedReceipt } from '../../ledger/index.ts'

export interface OwnerWord {
  readonly receipt: SignedReceipt
  /** The signature is by the key that the ledger has for the owner of the machine. */
  readonly isByOwner: boolean
}

export interface WordRefusal {
  readonly code: 'MIGRATION_UNKNOWN' | 'RECEIPT_FORGED' | 'NOT_AWAITED'
  readonly message: string
}

/** null: it speaks of this move and this content, and is the owner's own. */
export function judgeWord(
  { id, root, owner }: MigrationRecord,
  { receipt: { receipt }, isByOwner }: OwnerWord
): WordRefusal | null {
  if (receipt.migration !== id) {
    const message = `the receipt is for the move ${receipt.migration}, the one to here is ${id}`
    return { code: 'MIGRATION_UNKNOWN', message }
  }
  if (receipt.root !== root) {
    return forged(`the receipt is for the content ${receipt.root}, the ledger has ${root}`)
  }
  return isByOwner ? null : forged(`the receipt is not signed by the owner's account ${owner}`)
}

function forged(message: string): WordRefusal {
  return { code: 'RECEIPT_FORGED', message }
}
