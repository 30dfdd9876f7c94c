export * from './agreement/index.ts'
export * from './apply/index.ts'
export * from './audit/index.ts'
export {
  type Debit,
  isAliveDue,
  isSilent,
  nextDebits,
  nextDueAtMs,
  runDues,
  runningCostPerSecond,
  runningDueAtMs,
  runwayDays,
  STORAGE_RETRY_MS,
  storageCostPerDay,
  uptimeOf
} from './billing/index.ts'
export * from './chain/index.ts'
export * from './crypto/index.ts'
export * from './election/index.ts'
export * from './encoding/index.ts'
export * from './export/index.ts'
export * from './invariants/index.ts'
export * from './lifecycle/index.ts'
export * from './light/index.ts'
export * from './merkle/index.ts'
export * from './money/index.ts'
export * from './pricing/index.ts'
export * from './proofs/index.ts'
export * from './records/index.ts'
export * from './state/index.ts'
export * from './statements/index.ts'
export * from './sync/index.ts'
export * from './witness/index.ts'
