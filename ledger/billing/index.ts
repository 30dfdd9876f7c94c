export { freeUp, hostIn, reserve } from './capacity.ts'
export {
  chargeOf,
  duesOf,
  forgetMachine,
  NO_BILLING,
  saveMachine,
  storagePeriodMs
} from './clocks.ts'
export {
  type Debit,
  nextDebits,
  runningCostPerSecond,
  runningDueAtMs,
  runwayDays,
  storageCostPerDay
} from './costs.ts'
export { closeMigration, deadlineOf, saveMigration, undoMigration } from './escrow.ts'
export {
  hear,
  isAliveDue,
  isSilent,
  turnOf,
  uptimeOf
} from './liveness.ts'
export { keepCopy, letCopyGo } from './retention.ts'
export { nextDueAtMs, runDues } from './run-dues.ts'
export { raiseLimit, startClock, stopClock } from './running.ts'
export { contractIn, payBegun, payStorage, STORAGE_RETRY_MS, storageOwed } from './storage.ts'
export {
  BONDS,
  BURNED,
  ESCROW,
  FEES,
  purseOf,
  type Source,
  type Target,
  transfer
} from './transfer.ts'
