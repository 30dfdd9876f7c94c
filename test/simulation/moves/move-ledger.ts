import type { MachineRecord, MigrationRecord, SignedReceipt } from '../../../ledger/index.ts'
import {
  DESTINATION,
  MIGRATION,
  MIGRATION_RECORD,
  machineRecord,
  ORIGIN,
  ROOT
} from '../../protocols/vmmp/world.ts'
import type { MoveRules } from './mutants.ts'

export const DEADLINE_MS = 60_000
export const HARD_LIMIT_MS = 600_000
const PRICE = 7
const FIRST_VERSION = 3

export type SignerName = 'origin' | 'owner' | 'destination' | 'stranger'

const SIGNATURES: Readonly<Record<SignerName, string>> = {
  origin: '12'.repeat(64),
  owner: '34'.repeat(64),
  destination: '56'.repeat(64),
  stranger: '78'.repeat(64)
}

export function receiptBy(signer: SignerName): SignedReceipt {
  return { receipt: { migration: MIGRATION, root: ROOT }, signature: SIGNATURES[signer] }
}

export function isReceiptBy({ signature }: SignedReceipt, ...signers: SignerName[]): boolean {
  return signers.some(signer => SIGNATURES[signer] === signature)
}

export interface LedgerView {
  readonly machine: MachineRecord
  readonly migration: MigrationRecord | undefined
}

/**
 * What the ledger holds of one machine and its one move, after the rules of `ledger/apply`: an escrow with a deadline.
 * It is honest; that its coordinators agree is shown elsewhere.
 */
export class MoveLedger {
  readonly #rules: MoveRules
  readonly #changed: () => void
  holder: string = ORIGIN
  version: number = FIRST_VERSION
  /** It was committed with the owner's receipt. */
  vouched = false
  isOpen = false
  wasOpened = false
  deadlineMs = 0
  hardLimitMs = 0
  readonly balance = { owner: 100, escrow: 0, destination: 0 }

  constructor(rules: MoveRules, changed: () => void) {
    this.#rules = rules
    this.#changed = changed
  }

  get moved(): boolean {
    return this.holder === DESTINATION
  }

  view(): LedgerView {
    return {
      machine: machineRecord(this.holder, this.version),
      migration: this.isOpen ? MIGRATION_RECORD : undefined
    }
  }

  open(nowMs: number): boolean {
    if (this.wasOpened) return false
    this.wasOpened = true
    this.isOpen = true
    this.deadlineMs = nowMs + DEADLINE_MS
    this.hardLimitMs = nowMs + HARD_LIMIT_MS
    this.#pay('owner', 'escrow')
    this.#changed()
    return true
  }

  heartbeat(nowMs: number): void {
    if (!this.isOpen) return
    const wanted = nowMs + DEADLINE_MS
    this.deadlineMs = this.#rules.hasHardLimit ? Math.min(wanted, this.hardLimitMs) : wanted
  }

  commit(receipt: SignedReceipt | null): void {
    if (!this.isOpen && this.#rules.settlesOnce) return
    if (!this.wasOpened || !this.#isGood(receipt)) return
    this.isOpen = false
    this.holder = DESTINATION
    this.vouched = receipt !== null && isReceiptBy(receipt, 'owner')
    if (this.#rules.countsVersions) this.version += 1
    this.#pay('escrow', 'destination')
    this.#changed()
  }

  #isGood(receipt: SignedReceipt | null): boolean {
    if (receipt === null) return !this.#rules.asksReceipt
    return isReceiptBy(receipt, 'origin', 'owner') || !this.#rules.knowsSigners
  }

  abort(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#pay('escrow', 'owner')
    this.#changed()
  }

  /** Blocks come without end, and each looks at the deadline. */
  expire(nowMs: number): void {
    if (this.#rules.hasDeadline && this.isOpen && nowMs >= this.deadlineMs) this.abort()
  }

  #pay(from: keyof MoveLedger['balance'], to: keyof MoveLedger['balance']): void {
    this.balance[from] -= PRICE
    this.balance[to] += PRICE
  }
}
