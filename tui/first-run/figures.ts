import { appendFile } from 'node:fs/promises'
import { type Column, formatTable } from '../format/index.ts'

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
}

/** What the run measured, in the order in which it was measured. */
export class Figures {
  readonly #list: Figure[] = []

  add(name: string, value: number, unit: string): void {
    this.#list.push({ name, value, unit })
  }

  table(): string {
    return formatTable(COLUMNS, this.#list)
  }

  /** One JSON object a line, as the bench prints them. */
  async append(file: string): Promise<void> {
    await appendFile(file, this.#list.map(each => `${JSON.stringify(each)}\n`).join(''))
  }
}

const COLUMNS: readonly Column<Figure>[] = [
  { title: 'FIGURE', cell: figure => figure.name },
  { title: 'VALUE', align: 'right', cell: figure => String(Math.round(figure.value * 100) / 100) },
  { title: 'UNIT', cell: figure => figure.unit }
]
