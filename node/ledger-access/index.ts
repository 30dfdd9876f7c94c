export type {
  AwaitedInclusion,
  Fate,
  Inclusion,
  LedgerAccess,
  LedgerKind,
  LedgerPoint,
  Look
} from './access.ts'
export {
  LEDGER_ACCESS_CODES,
  type LedgerAccessCode,
  LedgerAccessError
} from './access-error.ts'
