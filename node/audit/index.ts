export type { MachineStep, Movement, ProvedTransaction } from './account-trail.ts'
export {
  type AccountAudit,
  type AuditLedgerOptions,
  auditLedger,
  type FaultPart,
  type LedgerAudit
} from './audit-ledger.ts'
export type { TrustedCheckpoint } from './checkpoint-file.ts'
export { type Exported, type ExportOptions, exportLedger } from './export-ledger.ts'
export type { AuditSource } from './sources.ts'
