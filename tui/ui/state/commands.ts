import { type Command, placeOf } from './command.ts'
import { DIALOG_COMMANDS } from './dialog-commands.ts'
import { MACHINE_COMMANDS } from './machine-commands.ts'
import type { UiState } from './state.ts'
import { TABLE_COMMANDS } from './table-commands.ts'

/** The one command table. */
export const COMMANDS: readonly Command[] = [
  ...MACHINE_COMMANDS,
  ...TABLE_COMMANDS,
  ...DIALOG_COMMANDS
]

/** The commands whose keys act now. */
export function commandsHere(state: UiState): readonly Command[] {
  const place = placeOf(state)
  return COMMANDS.filter(command => command.places.includes(place))
}

/** What the palette lists: commands of the table whose name or title holds every typed word. */
export function paletteEntries(text: string): readonly Command[] {
  const words = text
    .toLowerCase()
    .split(' ')
    .filter(word => word !== '')
  return COMMANDS.filter(command => {
    if (!command.places.includes('machines') || command.id === 'palette') return false
    const whole = `${command.id} ${command.title}`.toLowerCase()
    return words.every(word => whole.includes(word))
  }).toSorted((a, b) => rank(a, words) - rank(b, words))
}

/** 0 when a word of its name begins with the last word typed, 1 when the name holds it, else 2. */
function rank(command: Command, words: readonly string[]): number {
  const last = words.at(-1)
  if (last === undefined) return 0
  if (command.id.split(/[ -]/u).some(part => part.startsWith(last))) return 0
  return command.id.includes(last) ? 1 : 2
}
