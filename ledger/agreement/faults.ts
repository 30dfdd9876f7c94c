/** Why a coordinator refuses another's message. The list is closed. */
export const AGREEMENT_FAULTS = [
  /** Not one of the messages, not canonical, or beyond its limits. */
  'UNREADABLE',
  /** The sender, or a signer, is no member of the set. */
  'STRANGER',
  'OTHER_EPOCH',
  /** A signature that is not its signer's. */
  'FORGED',
  /** A certificate with too few signers. */
  'TOO_FEW',
  /** A certificate that counts a member twice. */
  'REPEATED',
  /** A proposal of somebody who does not lead its view. */
  'NOT_LEADER',
  /** A transaction that its signer has not signed. */
  'FORGED_TRANSACTION',
  /** Final blocks that do not follow from ours, or are not final. */
  'FOREIGN_BLOCK',
  /** A body that nobody asked for. */
  'UNASKED'
] as const

export type AgreementFaultCode = (typeof AGREEMENT_FAULTS)[number]

export interface AgreementFault {
  readonly code: AgreementFaultCode
  readonly message: string
}
