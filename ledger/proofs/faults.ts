/** What can be wrong with a proof. The list is closed. */
export const PROOF_FAULTS = [
  /** No proof can look like this. */
  'PROOF_MALFORMED',
  /** It proves something, but not under this root. */
  'PROOF_WRONG_ROOT',
  /** All it shows is true, and what was asked is not, or not wholly, among it. */
  'PROOF_INCOMPLETE'
] as const

export type ProofFaultCode = (typeof PROOF_FAULTS)[number]

export interface ProofFault {
  readonly code: ProofFaultCode
  readonly message: string
}

export function proofFault(code: ProofFaultCode, message: string): ProofFault {
  return { code, message }
}
