import type { Dialog, Problem } from './dialogs.ts'
import type { Effect } from './effects.ts'
import type { Notice, UiState } from './state.ts'

/** What follows from an event: the next state, and what the driver does. */
export interface Step {
  readonly state: UiState
  readonly effects: readonly Effect[]
}

export function step(state: UiState, ...effects: Effect[]): Step {
  return { state, effects }
}

export function open(state: UiState, dialog: Dialog | null): UiState {
  return { ...state, dialog, notice: null }
}

export function say(state: UiState, level: Notice['level'], problem: Problem | string): UiState {
  const words = typeof problem === 'string' ? { message: problem, hint: null } : problem
  return { ...state, notice: { level, problem: words } }
}
