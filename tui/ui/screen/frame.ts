import { characterWidth, cleanText } from './width.ts'

/** What a piece of text means. A theme gives it colours; without colours the words and marks remain. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'title'
  | 'header'
  | 'headerWarn'
  | 'key'
  | 'good'
  | 'warn'
  | 'bad'
  | 'frame'
  | 'selected'
  | 'field'
  | 'fieldFocus'
  | 'bar'
  | 'barRest'

export interface Cell {
  /** One character, or '' for the second half of a wide one. */
  readonly character: string
  readonly tone: Tone
}

export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const BLANK: Cell = { character: ' ', tone: 'plain' }

/** A picture of the whole terminal: what a view returns and what is painted. */
export class Frame {
  readonly width: number
  readonly height: number
  /** Where the text cursor stands; null hides it. */
  cursor: { readonly x: number; readonly y: number } | null = null
  readonly #cells: Cell[]

  constructor(width: number, height: number) {
    this.width = Math.max(1, width)
    this.height = Math.max(1, height)
    this.#cells = Array.from({ length: this.width * this.height }, () => BLANK)
  }

  cell(x: number, y: number): Cell {
    return this.#cells[y * this.width + x] ?? BLANK
  }

  /** Writes one line of text, cleaned; what passes `right` (exclusive) is dropped. Returns the next x. */
  put(
    x: number,
    y: number,
    text: string,
    tone: Tone = 'plain',
    right: number = this.width
  ): number {
    if (y < 0 || y >= this.height) return x
    const end = Math.min(right, this.width)
    let at = x
    for (const character of cleanText(text)) {
      const cells = characterWidth(character)
      if (at + cells > end) break
      if (at >= 0) this.#set(at, y, character, tone, cells)
      at += cells
    }
    return at
  }

  fill(area: Area, tone: Tone = 'plain', character: string = ' '): void {
    for (let y = area.y; y < area.y + area.height; y++)
      for (let x = area.x; x < area.x + area.width; x++)
        if (x >= 0 && x < this.width && y >= 0 && y < this.height)
          this.#set(x, y, character, tone, 1)
  }

  /** Gives the cells of an area another meaning, their characters stay. */
  retone(area: Area, tone: Tone): void {
    for (let y = area.y; y < area.y + area.height; y++)
      for (let x = area.x; x < area.x + area.width; x++)
        if (x >= 0 && x < this.width && y >= 0 && y < this.height)
          this.#cells[y * this.width + x] = { character: this.cell(x, y).character, tone }
  }

  box(area: Area, title: string, tone: Tone = 'frame'): void {
    const { x, y, width, height } = area
    if (width < 2 || height < 2) return
    const line = '─'.repeat(width - 2)
    this.put(x, y, `┌${line}┐`, tone)
    for (let row = y + 1; row < y + height - 1; row++) {
      this.put(x, row, '│', tone)
      this.put(x + width - 1, row, '│', tone)
    }
    this.put(x, y + height - 1, `└${line}┘`, tone)
    if (title !== '') this.put(x + 2, y, ` ${title} `, 'title', x + width - 1)
  }

  /** The characters alone, lines without trailing blanks: what golden files hold. */
  toText(): string {
    const lines: string[] = []
    for (let y = 0; y < this.height; y++) {
      let line = ''
      for (let x = 0; x < this.width; x++) line += this.cell(x, y).character
      lines.push(line.trimEnd())
    }
    return `${lines.join('\n')}\n`
  }

  #set(x: number, y: number, character: string, tone: Tone, cells: number): void {
    this.#mend(x, y)
    if (cells === 2) this.#mend(x + 1, y)
    this.#cells[y * this.width + x] = { character, tone }
    if (cells === 2) this.#cells[y * this.width + x + 1] = { character: '', tone }
  }

  /** Half a wide character cannot be shown: the other half becomes a blank. */
  #mend(x: number, y: number): void {
    const old = this.cell(x, y)
    if (old.character === '' && x > 0) this.#cells[y * this.width + x - 1] = BLANK
    if (characterWidth(old.character || ' ') === 2 && x + 1 < this.width)
      this.#cells[y * this.width + x + 1] = BLANK
  }
}
