export {
  type BlockDraft,
  changes,
  initialState,
  type LedgerState,
  restoreState,
  type StateChange
} from './ledger-state.ts'
export type { Draft, Due, NestedDraft, StateReader } from './state.ts'
