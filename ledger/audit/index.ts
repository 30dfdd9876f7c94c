export type { Anchor } from './anchor.ts'
export {
  type Audit,
  type AuditFault,
  type AuditOptions,
  type AuditReport,
  auditReport,
  auditStep,
  createAudit
} from './audit.ts'
