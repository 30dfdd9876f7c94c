export {
  type BlockDraft,
  changes,
  initialState,
  type LedgerState,
  restoreState,
  restoreStateFrom,
  type StateChange,
  stateValueBytes
} from './ledger-state.ts'
export { OpenState } from './open-state.ts'
export type { Charge, Draft, Due, NestedDraft, StateReader, Turn } from './state.ts'
export { codecOf, keyOf, type StateValue } from './tables.ts'
export { type Place, type StateTree, StateView } from './view.ts'
