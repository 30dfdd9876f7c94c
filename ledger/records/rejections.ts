/**
 * Why the ledger says no. The list is closed: programs switch on the code, people read the sentence.
 * `INVALID_*` never reach a block (the transaction cannot be charged to anybody); all others are included,
 * use up the nonce and change nothing else.
 */
export const REJECTION_CODES = [
  // cannot be included
  'INVALID_ENCODING',
  'INVALID_SIGNATURE',
  'INVALID_NETWORK',
  'INVALID_NONCE',
  'INVALID_SIGNER',
  'INVALID_EXPIRED',
  'INVALID_HEARTBEAT',
  // accounts
  'NAME_TAKEN',
  'NAME_MALFORMED',
  'ACCOUNT_EXISTS',
  'WRONG_ACCOUNT_KIND',
  // hosts
  'HOST_UNKNOWN',
  'HOST_KEY_TAKEN',
  'HOST_FORGED',
  'HOST_MALFORMED',
  // machines and orders
  'MACHINE_UNKNOWN',
  'MACHINE_MALFORMED',
  'NOT_OWNER',
  'NOT_HOLDER',
  'ILLEGAL_STATE',
  'STALE_VERSION',
  'ORDER_FORGED',
  'ORDER_USED',
  'ORDER_EXPIRED',
  'ORDER_MALFORMED',
  'ROOT_MISSING',
  // offers, money, room
  'OFFER_FORGED',
  'OFFER_EXPIRED',
  'OFFER_MALFORMED',
  'OFFER_UNSUITABLE',
  'NO_CAPACITY',
  'INSUFFICIENT_FUNDS',
  'SPEND_LIMIT_TOO_LOW',
  'NOT_HALTED',
  // moves
  'MIGRATION_UNKNOWN',
  'MIGRATION_SAME_HOST',
  'ACCEPTANCE_FORGED',
  'ACCEPTANCE_EXPIRED',
  'RECEIPT_FORGED',
  'NOT_PARTY'
] as const

export type RejectionCode = (typeof REJECTION_CODES)[number]

export interface Rejection {
  readonly code: RejectionCode
  /** A sentence with the numbers, for a person. Not part of the ledger's bytes. */
  readonly message: string
}
