import { type Area, clip, type Frame, pad, wrap } from '../screen/index.ts'
import {
  type ConfirmDialog,
  keyText,
  type Line,
  lineOf,
  orderFeeLines,
  orderLine,
  paletteEntries,
  type UiState
} from '../state/index.ts'
import { dialogBox, scrollTop } from './dialog-box.ts'
import { putField } from './forms.ts'

export function putConfirm(frame: Frame, space: Area, state: UiState, dialog: ConfirmDialog): void {
  const width = Math.min(78, space.width)
  const told = [...dialog.lines, ...orderFeeLines(state, dialog.order.verb)]
  const lines = told.flatMap(line => wrap(line, width - 4))
  const inside = dialogBox(frame, space, dialog.title, width, lines.length + 6)
  const right = inside.x + inside.width
  for (const [row, line] of lines.entries())
    frame.put(inside.x, inside.y + row, line, 'plain', right)
  const last = inside.y + inside.height - 1
  const question = dialog.danger ? 'This cannot be undone.  y yes   n no' : 'y yes   n no'
  frame.put(inside.x, last - 2, question, dialog.danger ? 'bad' : 'key', right)
  frame.put(inside.x, last, clip(`$ ${orderLine(dialog.order)}`, inside.width), 'dim', right)
}

export function putReading(
  frame: Frame,
  space: Area,
  title: string,
  lines: readonly string[]
): void {
  const inside = dialogBox(frame, space, title, 78, lines.length + 2)
  for (const [row, line] of lines.entries())
    if (row < inside.height)
      frame.put(inside.x, inside.y + row, line, 'plain', inside.x + inside.width)
}

/** Commands whose name or title holds the typed words. */
export function putPalette(
  frame: Frame,
  space: Area,
  state: UiState,
  line: Line,
  index: number
): void {
  const entries = paletteEntries(line.text)
  const all = paletteEntries(lineOf('').text).length
  const inside = dialogBox(frame, space, 'Commands', 82, all + 4)
  putField(frame, { ...inside, height: 1 }, '', line, true)
  const room = inside.height - 2
  const at = Math.min(index, Math.max(0, entries.length - 1))
  const top = scrollTop(at, room, entries.length)
  for (const [row, command] of entries.slice(top, top + room).entries()) {
    const selected = top + row === at
    const off = command.enabled({ ...state, dialog: null }) !== true
    const mark = `${selected ? '>' : ' '} ${pad(command.id, 24)} ${pad(keyText(command.keys[0] ?? ''), 5)}`
    const text = pad(`${mark} ${command.title}`, inside.width)
    const tone = selected ? 'selected' : off ? 'dim' : 'plain'
    frame.put(inside.x, inside.y + 2 + row, text, tone, inside.x + inside.width)
  }
}
