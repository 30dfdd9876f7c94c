export {
  type BlockDraft,
  changes,
  initialState,
  type LedgerState,
  restoreState,
  type StateChange
} from './ledger-state.ts'
export type { Charge, Draft, Due, NestedDraft, StateReader, Turn } from './state.ts'
