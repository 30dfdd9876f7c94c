import { clean, displayWidth, padLeft, padRight } from './text.ts'

export interface Column<Row> {
  readonly title: string
  /** Numbers stand to the right, so that their digits line up. */
  readonly align?: 'left' | 'right'
  readonly cell: (row: Row) => string
}

const GAP = '  '

/** A table aligned by display width: titles, then one line a row. Every cell is cleaned here. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(column => column.title),
    ...rows.map(row => columns.map(column => clean(column.cell(row))))
  ]
  const widths = columns.map((_, at) =>
    Math.max(...lines.map(cells => displayWidth(cells[at] ?? '')))
  )
  return lines.map(cells => formatLine(columns, cells, widths)).join('\n')
}

function formatLine<Row>(
  columns: readonly Column<Row>[],
  cells: readonly string[],
  widths: readonly number[]
): string {
  const padded = columns.map((column, at) => {
    const pad = column.align === 'right' ? padLeft : padRight
    return pad(cells[at] ?? '', widths[at] ?? 0)
  })
  return padded.join(GAP).trimEnd()
}

/** `key   value` lines for one thing shown in full; empty values are left out. */
export function formatFields(fields: readonly (readonly [string, string])[]): string {
  const shown = fields.filter(([, value]) => value !== '')
  const width = Math.max(0, ...shown.map(([key]) => displayWidth(key)))
  return shown.map(([key, value]) => `${padRight(key, width)}${GAP}${clean(value)}`).join('\n')
}
