import { type ApplyContext, applyAdmitted } from '../apply/index.ts'
import type { RejectionCode, SignedTransaction } from '../records/index.ts'
import type { PartialState } from './partial-state.ts'

/**
 * The sentence of a rejection of which a block says the code only: what the rule says of the state as it is now. null
 * where it would not say the same any more.
 */
export function explainRejection(
  state: PartialState,
  signed: SignedTransaction,
  code: RejectionCode,
  context: ApplyContext
): string | null {
  const rejection = applyAdmitted(state.draft(), signed, context)
  return rejection?.code === code ? rejection.message : null
}
