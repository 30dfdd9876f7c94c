import { type Area, type Frame, pad } from '../screen/index.ts'
import { COMMANDS, keyText } from '../state/index.ts'
import { dialogBox } from './dialog-box.ts'

const KEYS = 14

/** Every command of the table, by group. */
export function putHelp(frame: Frame, space: Area, top: number): void {
  const lines = helpLines()
  const inside = dialogBox(frame, space, 'Keys', 76, lines.length + 2)
  const first = Math.min(top, Math.max(0, lines.length - inside.height))
  const right = inside.x + inside.width
  for (const [row, line] of lines.slice(first, first + inside.height).entries()) {
    const y = inside.y + row
    if (line.keys === '') frame.put(inside.x, y, line.title, 'title', right)
    else {
      frame.put(inside.x, y, pad(line.keys, KEYS), 'key', right)
      frame.put(inside.x + KEYS, y, line.title, 'plain', right)
    }
  }
  const below = lines.length - first - inside.height
  if (below > 0) frame.put(right - 12, inside.y + inside.height, ` ${below} more ↓ `, 'key')
}

function helpLines(): { keys: string; title: string }[] {
  const lines: { keys: string; title: string }[] = []
  for (const group of ['Machine', 'Table', 'Program', 'Dialogs'] as const) {
    lines.push({ keys: '', title: group })
    for (const command of COMMANDS)
      if (command.group === group) {
        const where = group === 'Dialogs' ? ` (${command.places.join(', ')})` : ''
        lines.push({ keys: command.keys.map(keyText).join(' '), title: command.title + where })
      }
  }
  return lines
}
