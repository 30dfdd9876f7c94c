/**
 * Why the ledger says no. The list is closed: programs switch on the code, people read the sentence.
 * What cannot be charged to anybody never reaches a block (`isInvalid`); all others are included, use up the
 * nonce, pay the transaction fee and change nothing else.
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
  'INVALID_ALIVE',
  'INVALID_FEE',
  'INVALID_FUNDS',
  // cannot be included either: of an account that is not open, and so has no nonce and no money
  'NAME_TAKEN',
  'NAME_MALFORMED',
  // accounts
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
  'STORAGE_OWED',
  'GRACE_LEFT',
  'NOTICE_GIVEN',
  'NOT_SEALED',
  'SEALED_ALREADY',
  'HOST_HEARD',
  // fees
  'COORDINATOR_UNKNOWN',
  'COORDINATOR_FORGED',
  'NOTHING_TO_COLLECT',
  // money
  'NOT_ISSUER',
  'ACCOUNT_UNKNOWN',
  'AMOUNT_MALFORMED',
  // elections
  'NO_ELECTIONS',
  'CANDIDATE_UNKNOWN',
  'CANDIDATE_BARRED',
  'CANDIDATE_FORGED',
  'CANDIDATE_KEY_TAKEN',
  'CANDIDATE_KEY_FIXED',
  'BOND_MISSING',
  'BALLOT_STRANGER',
  'BALLOT_MALFORMED',
  'BALLOT_ISSUER',
  'EVIDENCE_STRANGER',
  'EVIDENCE_FORGED',
  'EVIDENCE_MALFORMED',
  // moves
  'MIGRATION_UNKNOWN',
  'MIGRATION_SAME_HOST',
  'ACCEPTANCE_FORGED',
  'ACCEPTANCE_EXPIRED',
  'RECEIPT_FORGED',
  'NOT_PARTY'
] as const

export type RejectionCode = (typeof REJECTION_CODES)[number]

/** Whether a transaction refused with this code can stand in no block: it has changed nothing at all. */
export function isInvalid(code: RejectionCode): boolean {
  return code.startsWith('INVALID_') || code === 'NAME_TAKEN' || code === 'NAME_MALFORMED'
}

export interface Rejection {
  readonly code: RejectionCode
  /** A sentence with the numbers, for a person. Not part of the ledger's bytes. */
  readonly message: string
}
