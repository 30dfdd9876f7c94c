export type {
  Agreement,
  AgreementEffect,
  AgreementEvent,
  AgreementStep,
  FinalRecord
} from './agreement.ts'
export {
  addTransactions,
  dropTransactions,
  EMPTY_POOL,
  type Mempool,
  POOL_TRANSACTIONS_MAX,
  type PoolAnswer,
  type PoolRefusal,
  type PoolRefusalCode,
  pruneTransactions,
  takeTransactions,
  type Waiting
} from './mempool.ts'
export { IDLE_TICK_MS, type SoloOptions, type SoloState, soloAgreement } from './solo.ts'
