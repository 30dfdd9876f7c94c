/** Why a witness does not sign, or why a checkpoint is worth nothing. The list is closed; `SPEC.md` says what each means. */
export const WITNESS_CODES = [
  'CHECKPOINT_MALFORMED',
  'CHECKPOINT_FOREIGN',
  'CHECKPOINT_AHEAD',
  'CHECKPOINT_OLD',
  'CHECKPOINT_ASTRAY',
  'CHECKPOINT_FAR',
  'CHECKPOINT_FORKED',
  'CHECKPOINT_UNPROVEN',
  'COSIGNATURE_FORGED',
  'WITNESS_UNKNOWN',
  'WITNESS_MISSING',
  'WITNESS_BUSY',
  'WITNESS_UNREADABLE'
] as const

export type WitnessCode = (typeof WITNESS_CODES)[number]

export class WitnessError extends Error {
  override readonly name: string = 'WitnessError'
  readonly code: WitnessCode

  constructor(code: WitnessCode, message: string) {
    super(message)
    this.code = code
  }
}
