import type { Frame } from './frame.ts'
import { sgr, type ThemeName } from './themes.ts'
import { characterWidth } from './width.ts'

const SYNCHRONISED = ['\u001b[?2026h', '\u001b[?2026l'] as const

/** Bytes that turn the screen showing `before` (null: anything) into one showing `after`; '' when equal. */
export function paint(before: Frame | null, after: Frame, theme: ThemeName): string {
  const whole = before === null || before.width !== after.width || before.height !== after.height
  let out = whole ? '\u001b[0m\u001b[2J' : ''
  for (let y = 0; y < after.height; y++) out += paintRow(whole ? null : before, after, y, theme)
  const cursor = cursorChange(before, after, out !== '')
  if (out === '' && cursor === '') return ''
  return `${SYNCHRONISED[0]}\u001b[?25l${out}\u001b[0m${cursor}${SYNCHRONISED[1]}`
}

function paintRow(before: Frame | null, after: Frame, y: number, theme: ThemeName): string {
  let out = ''
  let tone: string | null = null
  let penX = -1
  for (let x = 0; x < after.width; x++) {
    const cell = after.cell(x, y)
    if (cell.character === '') continue
    const old = before?.cell(x, y)
    if (old !== undefined && old.character === cell.character && old.tone === cell.tone) continue
    if (old === undefined && cell.character === ' ' && cell.tone === 'plain') continue
    if (penX !== x) out += `\u001b[${y + 1};${x + 1}H`
    if (tone !== cell.tone) out += sgr(theme, cell.tone)
    tone = cell.tone
    out += cell.character
    // Terminals disagree about wide characters, so what follows one is addressed anew.
    penX = characterWidth(cell.character) === 1 ? x + 1 : -1
  }
  return out
}

function cursorChange(before: Frame | null, after: Frame, painted: boolean): string {
  const old = before?.cursor ?? null
  const now = after.cursor
  if (now === null) return old === null || painted ? '' : '\u001b[?25l'
  if (!painted && old !== null && old.x === now.x && old.y === now.y) return ''
  return `\u001b[${now.y + 1};${now.x + 1}H\u001b[?25h`
}
