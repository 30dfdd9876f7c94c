import type { UiState } from './state.ts'
import type { Step } from './step.ts'

/** What has the keys: the table of machines, or the kind of dialog on top of it. */
export type Place = 'machines' | 'list' | 'form' | 'prompt' | 'palette' | 'confirm' | 'reading'

export const PLACES: readonly Place[] = [
  'machines',
  'list',
  'form',
  'prompt',
  'palette',
  'confirm',
  'reading'
]

export type Group = 'Machine' | 'Table' | 'Program' | 'Dialogs'

/** One row of the command table: footer, help, palette and key dispatch all read it. */
export interface Command {
  /** The CLI's words where it has them. */
  readonly id: string
  readonly keys: readonly string[]
  readonly title: string
  readonly group: Group
  readonly places: readonly Place[]
  /** Costs money or loses something: its dialog asks with the figures. */
  readonly danger: boolean
  /** Word in the footer; null keeps it out. */
  readonly hint: string | null
  /** true, or the sentence that says why not. */
  enabled(state: UiState): true | string
  run(state: UiState): Step
}

export function placeOf(state: UiState): Place {
  switch (state.dialog?.kind) {
    case undefined:
      return 'machines'
    case 'help':
    case 'cli':
      return 'reading'
    case 'palette':
      return 'palette'
    case 'filter':
      return 'prompt'
    case 'catalogue':
    case 'hosts':
    case 'ballot':
      return 'list'
    case 'bid':
    case 'limit':
      return 'form'
    case 'confirm':
      return 'confirm'
  }
}

/** Keys as people read them. */
export function keyText(key: string): string {
  const names: Record<string, string> = {
    up: '↑',
    down: '↓',
    pageup: 'PgUp',
    pagedown: 'PgDn',
    home: 'Home',
    end: 'End',
    enter: 'Enter',
    escape: 'Esc',
    tab: 'Tab',
    'S-tab': 'Shift-Tab',
    space: 'Space'
  }
  return names[key] ?? key.replace(/^C-/u, 'Ctrl-')
}

/** Two commands on one key in one place; none in a sound table. */
export function clashes(commands: readonly Command[]): string[] {
  const seen = new Map<string, string>()
  const found: string[] = []
  for (const command of commands)
    for (const place of command.places)
      for (const key of command.keys) {
        const other = seen.get(`${place} ${key}`)
        if (other !== undefined) found.push(`${key} in ${place}: ${other} and ${command.id}`)
        seen.set(`${place} ${key}`, command.id)
      }
  return found
}
