export { checkAdmission } from './admission.ts'
export { applyTransaction } from './apply-transaction.ts'

export type { ApplyContext, StatementChecks } from './statement-checks.ts'
