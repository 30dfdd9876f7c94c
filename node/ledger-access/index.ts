export type {
  AwaitedInclusion,
  Fate,
  Inclusion,
  LedgerAccess,
  LedgerKind,
  LedgerPoint,
  Look
} from './access.ts'
export { type LedgerAccessCode, LedgerAccessError } from './access-error.ts'
