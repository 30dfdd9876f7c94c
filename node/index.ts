/**
 * The node's front door for the `virtuoso` command: making a node and running it. Heavy; what only talks to a
 * running node uses `client.ts`.
 */
import './polyfill.ts'

export type { Genesis } from '../ledger/index.ts'
export type * from './api/index.ts'
export {
  type AccountAudit,
  type AuditSource,
  auditLedger,
  type Exported,
  exportLedger,
  type LedgerAudit,
  type TrustedCheckpoint
} from './audit/index.ts'
export { systemClock } from './clock.ts'
export {
  type ConfigCode,
  type InitOptions,
  type InitResult,
  initNode,
  loadGenesis
} from './config/index.ts'
export { type RunOptions, runNode } from './daemon/index.ts'
export {
  createIdentity,
  type IdentityCode,
  type PublicIdentity,
  readPassword,
  readPublicIdentity
} from './identity/index.ts'
