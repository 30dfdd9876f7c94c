export { checkAdmission } from './admission.ts'
export { applyAdmitted, applyTransaction } from './apply-transaction.ts'
export { feeBoundOf } from './fees.ts'
export { graceEndsMs, lostInMs } from './machines/index.ts'
export { usesNonce } from './signers.ts'

export type { ApplyContext, StatementChecks } from './statement-checks.ts'
