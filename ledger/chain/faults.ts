/** What can be wrong with a block or with its certificate. The list is closed. */
export const CHAIN_FAULTS = [
  'WRONG_HEIGHT',
  'WRONG_PARENT',
  'WRONG_EPOCH',
  'WRONG_VIEW',
  'WRONG_TIME',
  'WRONG_SET',
  'WRONG_NEXT_SET',
  /** It names voters for its parent that are no members. */
  'WRONG_VOTERS',
  /** Only empty blocks stand between the last block of an epoch and the first of the next. */
  'NOT_SEALING',
  'TOO_LARGE',
  'WRONG_TRANSACTION_ROOT',
  /** Holds a transaction that may not stand in any block here: forged, expired, wrong nonce. */
  'INADMISSIBLE',
  'WRONG_RESULT',
  'WRONG_STATE_ROOT',
  'WRONG_LOG_ROOT',
  /** The certificate is about another block. */
  'CERTIFICATE_ASTRAY',
  'CERTIFICATE_STRANGER',
  'CERTIFICATE_REPEATED',
  'CERTIFICATE_TOO_FEW',
  'CERTIFICATE_FORGED'
] as const

export type ChainFaultCode = (typeof CHAIN_FAULTS)[number]

export interface ChainFault {
  readonly code: ChainFaultCode
  readonly message: string
}

export function fault(code: ChainFaultCode, message: string): ChainFault {
  return { code, message }
}
