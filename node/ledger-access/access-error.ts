/** Why a node that replays nothing cannot say what is on the ledger now. The list is closed. */
export const LEDGER_ACCESS_CODES = [
  /** Nobody who serves the ledger answers. */
  'LEDGER_UNREACHABLE',
  /** Nobody shows a head that is new enough: the ledger stands still, those who are reached keep it back, or a clock is wrong. */
  'LEDGER_STALE',
  /** Whoever answers has not come as far as this node has seen. */
  'LEDGER_BEHIND',
  /** What was answered is not proven. */
  'LEDGER_UNPROVEN',
  /** It takes more than one answer may hold. */
  'LEDGER_TOO_LARGE'
] as const

export type LedgerAccessCode = (typeof LEDGER_ACCESS_CODES)[number]

export class LedgerAccessError extends Error {
  override readonly name: string = 'LedgerAccessError'
  readonly code: LedgerAccessCode
  constructor(code: LedgerAccessCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
