import { type Row, row } from '../row.ts'

/** A figure of one case. Beside a rival `ratio` is anchor / ours, so that more is better. */
export interface MoveRow extends Row {
  readonly case: string
  readonly mode: string
}

export function moveRow(
  name: string,
  each: string,
  mode: string,
  value: number,
  unit: string,
  goal: number | null = null
): MoveRow {
  return { ...row(name, value, unit, goal), case: each, mode }
}
