export type { ApplyContext, StatementChecks } from './statement-checks.ts'
