import { type Area, type Frame, pad, wrap } from '../screen/index.ts'
import { COMMANDS, keyText } from '../state/index.ts'
import { dialogBox } from './dialog-box.ts'

const KEYS = 14
const WIDTH = 76

interface HelpLine {
  readonly keys: string
  readonly text: string
  readonly heading: boolean
}

/** Every command of the table, by group. */
export function putHelp(frame: Frame, space: Area, top: number, end: boolean): void {
  const lines = helpLines(Math.min(WIDTH, space.width) - 4)
  const inside = dialogBox(frame, space, 'Keys', WIDTH, lines.length + 2)
  const last = Math.max(0, lines.length - inside.height)
  const first = end ? Math.max(0, last - top) : Math.min(top, last)
  const right = inside.x + inside.width
  for (const [row, line] of lines.slice(first, first + inside.height).entries()) {
    const y = inside.y + row
    frame.put(inside.x, y, pad(line.keys, KEYS), 'key', right)
    const x = line.heading ? inside.x : inside.x + KEYS
    frame.put(x, y, line.text, line.heading ? 'title' : 'plain', right)
  }
  const below = lines.length - first - inside.height
  if (below > 0) frame.put(right - 12, inside.y + inside.height, ` ${below} more ↓ `, 'key')
}

function helpLines(width: number): HelpLine[] {
  const lines: HelpLine[] = []
  for (const group of ['Machine', 'Table', 'Program', 'Dialogs'] as const) {
    lines.push({ keys: '', text: group, heading: true })
    for (const command of COMMANDS.filter(one => one.group === group)) {
      const where = group === 'Dialogs' ? ` (${command.places.join(', ')})` : ''
      const keys = command.keys.map(keyText).join(' ')
      for (const [at, text] of wrap(command.title + where, width - KEYS).entries())
        lines.push({ keys: at === 0 ? keys : '', text, heading: false })
    }
  }
  return lines
}
