export { freeUp, hostIn, reserve } from './capacity.ts'
export { duesOf, forgetMachine, NO_BILLING, saveMachine, storagePeriodMs } from './clocks.ts'
export {
  type Debit,
  nextDebits,
  runningCostPerSecond,
  runwayDays,
  storageCostPerDay
} from './costs.ts'
export { closeMigration, deadlineOf, saveMigration, undoMigration } from './escrow.ts'
export { runDues } from './run-dues.ts'
export { startClock, stopClock } from './running.ts'
export { contractIn, payStorage, STORAGE_RETRY_MS } from './storage.ts'
export { ESCROW, type Purse, purseOf, transfer } from './transfer.ts'
