export { checkAdmission } from './admission.ts'
export { applyTransaction } from './apply-transaction.ts'
export { checkText, isAccountName, TEXT_LENGTH_MAX } from './shapes.ts'
export type { ApplyContext, StatementChecks } from './statement-checks.ts'
