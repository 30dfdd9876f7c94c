export type { Draft, Due, NestedDraft, StateReader } from './state.ts'
