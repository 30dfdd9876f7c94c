import { eastAsianWidth } from 'get-east-asian-width'

/** Escape sequences as a whole, so that no rest like `[31m` stays behind: CSI, OSC, other strings, the short ones. */
const SEQUENCE: RegExp = new RegExp(
  [
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]',
    '\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?',
    '\\u001b[P^_X][^\\u001b]*(?:\\u001b\\\\)?',
    '\\u001b[ -/]*[0-~]'
  ].join('|'),
  'gu'
)
/** Controls, combining marks, joiners, variation selectors, tags, bidirectional controls, surrogates. */
const UNWANTED: RegExp =
  /\p{Cc}|\p{M}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|[\u{1f1e6}-\u{1f1ff}]|[\u{1f3fb}-\u{1f3ff}]/gu
const PLAIN: RegExp = /^[\u0020-\u007e]*$/u

/**
 * Text of which every character takes a known number of cells and none moves the cursor. Whatever a peer
 * chose (names, error sentences) passes here: an escape sequence in it could repaint our screen, and
 * terminals disagree on the width of what is dropped.
 */
export function cleanText(text: string): string {
  if (PLAIN.test(text)) return text
  return text
    .replace(SEQUENCE, '')
    .replace(/[\t\n\r]+/gu, ' ')
    .replace(UNWANTED, '')
}

/** Cells one cleaned character takes. */
export function characterWidth(character: string): 1 | 2 {
  const point = character.codePointAt(0) ?? 0x20
  return point < 0x300 ? 1 : eastAsianWidth(point)
}

/** Cells a cleaned text takes. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** The text cut to `width` cells, its last cell an ellipsis when something is left out. */
export function clip(text: string, width: number): string {
  if (width <= 0) return ''
  if (textWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const character of text) {
    const cells = characterWidth(character)
    if (used + cells > width - 1) break
    kept += character
    used += cells
  }
  return `${kept}…`
}

/** Exactly `width` cells. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const clipped = clip(text, width)
  const rest = ' '.repeat(Math.max(0, width - textWidth(clipped)))
  return side === 'left' ? clipped + rest : rest + clipped
}

/** Lines of at most `width` cells, broken at spaces; a longer word is broken inside. */
export function wrap(text: string, width: number): string[] {
  const room = Math.max(1, width)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (textWidth(joined) <= room) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (textWidth(line) > room) {
      const head = clip(line, room + 1).slice(0, -1)
      if (head === '') break
      lines.push(head)
      line = line.slice(head.length)
    }
  }
  lines.push(line)
  return lines
}
