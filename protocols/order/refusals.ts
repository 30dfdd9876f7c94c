import { REJECTION_CODES, type RejectionCode } from '../../ledger/index.ts'

/**
 * Why a host says no by itself. Where the ledger would refuse for the same reason the host uses the ledger's
 * code (`STALE_VERSION`, `NO_CAPACITY`, ...), so that a program switches on one list.
 */
export const HOST_REFUSAL_CODES = [
  /** The request is no message of this protocol. */
  'MALFORMED',
  /** The order or request names another host. */
  'WRONG_HOST',
  /** The offer has been replaced by a newer one: search again. */
  'OFFER_REPLACED',
  'IMAGE_UNKNOWN',
  /** No copy of the machine's last sealed content is here. */
  'NO_COPY',
  'METHOD_UNKNOWN',
  /** The move does not need the owner's word, or not yet. */
  'NOT_AWAITED',
  /** Another order for the same machine is being carried out. */
  'BUSY',
  'DISK_FULL',
  /** The machine monitor failed; the message has its words. */
  'VMM_FAILED',
  /** The host has not caught up with the ledger and cannot judge. */
  'LEDGER_BEHIND',
  /** The confirmation could not be brought to the ledger. */
  'LEDGER_UNREACHABLE',
  'CANCELLED',
  /** A fault of the host; its log has the cause. */
  'INTERNAL'
] as const

export type HostRefusalCode = (typeof HOST_REFUSAL_CODES)[number] | RejectionCode

export const REFUSAL_CODES: readonly HostRefusalCode[] = [...HOST_REFUSAL_CODES, ...REJECTION_CODES]

export interface OrderRefusal {
  readonly code: HostRefusalCode
  /** A sentence for a person: what is wrong, the numbers, what to do. */
  readonly message: string
}
