export { statementChecks } from './statement-checks.ts'
