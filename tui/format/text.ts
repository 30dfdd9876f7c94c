import { eastAsianWidth } from 'get-east-asian-width'

/**
 * Text for a terminal. Names and messages come from other peers: a control character in one of them could move the cursor,
 * recolour the screen or hide a price, so nothing is printed that has not been through `clean`.
 */

// C0, DEL, C1, line and paragraph separators, and the marks that reorder text (bidi overrides and isolates).
const UNPRINTABLE: RegExp =
  // Control characters are what these expressions look for.
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** `text` with every control or reordering character shown as U+FFFD. One line, whatever was sent. */
export function clean(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd')
}

const SEQUENCE: RegExp =
  // Control characters are what these expressions look for.
  // oxlint-disable-next-line no-control-regex
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/gu

/** `text` without the sequences that a program sends to its terminal: what a person would read of it. */
export function withoutSequences(text: string): string {
  return text.replace(SEQUENCE, '')
}

/** As `clean`, keeping line breaks: for text that we lay out over several lines ourselves. */
export function cleanLines(text: string): string {
  return text.split('\n').map(clean).join('\n')
}

const segmenter: Intl.Segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const ZERO_WIDTH = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u
const PLAIN = /^[\u0020-\u007e]*$/

/** Cells that `text` takes on a terminal. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let cells = 0
  for (const { segment } of segmenter.segment(text)) cells += graphemeWidth(segment)
  return cells
}

function graphemeWidth(segment: string): number {
  if (ZERO_WIDTH.test(segment)) return 0
  // An emoji presentation selector makes a narrow symbol two cells wide.
  if (segment.includes('\ufe0f')) return 2
  return eastAsianWidth(segment.codePointAt(0) ?? 0)
}

/** Cuts `text` to at most `cells` cells, with an ellipsis where something is missing. */
export function fit(text: string, cells: number): string {
  if (displayWidth(text) <= cells) return text
  let kept = ''
  let used = 0
  for (const { segment } of segmenter.segment(text)) {
    const width = graphemeWidth(segment)
    if (used + width > cells - 1) break
    kept += segment
    used += width
  }
  return cells > 0 ? `${kept}…` : ''
}

export function padRight(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - displayWidth(text)))
}

export function padLeft(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - displayWidth(text))) + text
}
