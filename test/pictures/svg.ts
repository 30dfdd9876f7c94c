import { type Frame, sgr, type ThemeName } from '../../tui/ui/screen/index.ts'

const CELL = { width: 9, height: 19, baseline: 14, size: 15 }
const INK = '#d0d0d0'
const PAPER = '#101014'
/** xterm's first 16 colours. */
const COLOURS = [
  '#000000',
  '#cd3131',
  '#0dbc79',
  '#c5a30f',
  '#2472c8',
  '#bc3fbc',
  '#11a8cd',
  '#e5e5e5',
  '#767676',
  '#f14c4c',
  '#23d18b',
  '#f5f543',
  '#3b8eea',
  '#d670d6',
  '#29b8db',
  '#ffffff'
]

interface Look {
  ink: string
  paper: string
  bold: boolean
  underline: boolean
}

/** A frame as a drawing, each cell at its place. */
export function svgOf(frame: Frame, theme: ThemeName): string {
  const width = frame.width * CELL.width
  const height = frame.height * CELL.height
  const cells: string[] = []
  for (let y = 0; y < frame.height; y++)
    for (let x = 0; x < frame.width; x++) cells.push(cellSvg(frame, theme, x, y))
  if (frame.cursor !== null) cells.push(cursorSvg(frame.cursor.x, frame.cursor.y))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans Mono" font-size="${CELL.size}"><rect width="100%" height="100%" fill="${PAPER}"/>${cells.join('')}</svg>`
}

function cellSvg(frame: Frame, theme: ThemeName, x: number, y: number): string {
  const { character, tone } = frame.cell(x, y)
  const look = lookOf(sgr(theme, tone))
  const left = x * CELL.width
  const top = y * CELL.height
  const box = `x="${left}" y="${top}" width="${CELL.width}" height="${CELL.height}"`
  const paper = look.paper === PAPER ? '' : `<rect ${box} fill="${look.paper}"/>`
  const line = look.underline
    ? `<rect x="${left}" y="${top + 17}" width="${CELL.width}" height="1" fill="${look.ink}"/>`
    : ''
  if (character === ' ' || character === '') return paper + line
  const weight = look.bold ? ' font-weight="bold"' : ''
  const glyph = `<text x="${left}" y="${top + CELL.baseline}" fill="${look.ink}"${weight}>${escaped(character)}</text>`
  return paper + glyph + line
}

function cursorSvg(x: number, y: number): string {
  const box = `x="${x * CELL.width}" y="${y * CELL.height}" width="${CELL.width}" height="${CELL.height}"`
  return `<rect ${box} fill="${INK}" opacity="0.5"/>`
}

function lookOf(sequence: string): Look {
  const look: Look = { ink: INK, paper: PAPER, bold: false, underline: false }
  let reverse = false
  for (const code of sequence.slice(2, -1).split(';').map(Number)) {
    if (code === 1) look.bold = true
    else if (code === 4) look.underline = true
    else if (code === 7) reverse = true
    else if (code >= 30 && code < 38) look.ink = COLOURS[code - 30] ?? INK
    else if (code >= 90 && code < 98) look.ink = COLOURS[code - 82] ?? INK
    else if (code >= 40 && code < 48) look.paper = COLOURS[code - 40] ?? PAPER
    else if (code >= 100 && code < 108) look.paper = COLOURS[code - 92] ?? PAPER
  }
  return reverse ? { ...look, ink: look.paper, paper: look.ink } : look
}

function escaped(character: string): string {
  return character.replace(/[<>&]/gu, found => `&#${found.charCodeAt(0)};`)
}
