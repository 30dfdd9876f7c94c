/** The one place where the screen's state changes: `update(state, event, nowMs) -> { state, effects }`. */
import type { Key } from '../screen/index.ts'
import { type Answer, applyAnswer } from './answers.ts'
import { commandsHere, paletteEntries } from './commands.ts'
import { keptSelection } from './dialog-steps.ts'
import type { Dialog } from './dialogs.ts'
import { editLine, insert, type Line } from './line-editor.ts'
import type { UiState } from './state.ts'
import { open, type Step, say, step } from './step.ts'

export type UiEvent =
  | { readonly type: 'key'; readonly key: Key }
  | { readonly type: 'paste'; readonly text: string }
  | { readonly type: 'tick' }
  | Answer

export function update(before: UiState, event: UiEvent, nowMs: number): Step {
  const state = { ...before, nowMs }
  if (event.type === 'tick') return step(state)
  if (event.type === 'paste') return step(typed(state, line => insert(line, event.text)))
  if (event.type !== 'key') return applyAnswer(state, event)
  return nowMs < state.swallowUntilMs ? step(state) : press(state, event.key)
}

function press(state: UiState, key: Key): Step {
  if (state.dialog?.kind === 'palette' && key.name === 'enter') return runEntry(state)
  const command = commandsHere(state).find(one => one.keys.includes(key.name))
  if (command === undefined) return step(typed(state, line => editLine(line, key) ?? line))
  const allowed = command.enabled(state)
  if (allowed !== true) return step(say(state, 'bad', allowed))
  return command.run(state)
}

function runEntry(state: UiState): Step {
  if (state.dialog?.kind !== 'palette') return step(state)
  const entries = paletteEntries(state.dialog.line.text)
  const entry = entries[Math.min(state.dialog.index, entries.length - 1)]
  const closed = open(state, null)
  if (entry === undefined) return step(say(closed, 'bad', 'No command has that name.'))
  const allowed = entry.enabled(closed)
  return allowed === true ? entry.run(closed) : step(say(closed, 'bad', allowed))
}

function typed(state: UiState, edit: (line: Line) => Line): UiState {
  const { dialog } = state
  if (dialog === null) return state
  const next = typedIn(dialog, edit)
  if (next === dialog) return state
  if (next.kind !== 'filter') return { ...state, dialog: next, notice: null }
  const filtered = { ...state, dialog: next, filter: next.line.text }
  return { ...filtered, selected: keptSelection(filtered) }
}

function typedIn(dialog: Dialog, edit: (line: Line) => Line): Dialog {
  switch (dialog.kind) {
    case 'palette':
      return { ...dialog, line: edit(dialog.line), index: 0 }
    case 'filter':
    case 'limit':
      return { ...dialog, line: edit(dialog.line) }
    case 'bid': {
      if (dialog.busy) return dialog
      const fields = dialog.fields.map((field, index) =>
        index === dialog.focus ? { ...field, line: edit(field.line) } : field
      )
      return { ...dialog, fields, problem: null }
    }
    case 'help':
    case 'cli':
    case 'catalogue':
    case 'hosts':
    case 'ballot':
    case 'confirm':
      return dialog
  }
}
