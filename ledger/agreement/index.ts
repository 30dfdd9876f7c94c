export type {
  Agreement,
  AgreementEffect,
  AgreementEvent,
  AgreementStep,
  FinalRecord
} from './agreement.ts'
export { AGREEMENT_FAULTS, type AgreementFault, type AgreementFaultCode } from './faults.ts'
export { IDLE_TICK_MS } from './idle-tick.ts'
export {
  addTransactions,
  dropTransactions,
  EMPTY_POOL,
  type Mempool,
  POOL_REFUSAL_CODES,
  POOL_TRANSACTIONS_MAX,
  type PoolAnswer,
  type PoolRefusal,
  type PoolRefusalCode,
  pruneTransactions,
  takeTransactions,
  type Waiting
} from './mempool.ts'
export {
  ALL_RULES,
  neededRecords,
  type SafetyRules,
  type SimplexOptions,
  type SimplexState,
  simplexAgreement
} from './simplex/index.ts'
export { type SoloOptions, type SoloState, soloAgreement } from './solo.ts'
