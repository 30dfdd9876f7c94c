import type { ChainFaultCode } from '../chain/index.ts'

/** Why a light node does not take a header, besides what is wrong with its certificate. The list is closed. */
export const LIGHT_FAULTS = [
  /** A set certified it that has handed over since: nothing it says now counts. */
  'LIGHT_PAST_SET',
  /** Of an epoch whose hand-over was not shown: the epochs between are to be asked for. */
  'LIGHT_UNKNOWN_EPOCH',
  /** It names another set than the one of its epoch. */
  'LIGHT_WRONG_SET',
  /** Shown as an epoch's last header, and names nobody for the next. */
  'LIGHT_NO_HAND_OVER',
  /** Older than the reader's clock allows. */
  'LIGHT_STALE',
  /** Later than the reader's clock: one of the two is wrong. */
  'LIGHT_EARLY',
  /** Below the height that was seen already. */
  'LIGHT_BACK',
  /** Two final headers of one height: more coordinators lie than the network withstands. */
  'LIGHT_FORKED'
] as const

export type LightFaultCode = (typeof LIGHT_FAULTS)[number] | ChainFaultCode

export interface LightFault {
  readonly code: LightFaultCode
  readonly message: string
}
