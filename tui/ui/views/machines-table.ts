import type { MachineView } from '../port.ts'
import { type Area, clip, type Frame, pad, type Tone } from '../screen/index.ts'
import {
  durationText,
  operationOf,
  runningOperation,
  selectedMachine,
  type UiState,
  visibleMachines
} from '../state/index.ts'
import { fractionOf, putBar, stateTone } from './bars.ts'
import { runningRate, storageRate } from './rates.ts'

interface Column {
  readonly title: string
  readonly width: number
  /** Columns of a higher rank go first when the screen is narrow. */
  readonly rank: number
  readonly right?: boolean
  text(state: UiState, machine: MachineView): string
}

/** Between two columns, on screens that have room for it. */
const GAP = 2
const GAP_FROM_WIDTH = 100
const MARK = 2
/** What the last column needs to say something. */
const PROGRESS_LEAST = 9

const COLUMNS: readonly Column[] = [
  { title: 'NAME', width: 14, rank: 0, text: (_, machine) => machine.name },
  { title: 'STATE', width: 10, rank: 0, text: stateText },
  { title: 'VER', width: 3, rank: 2, right: true, text: (_, machine) => `${machine.version}` },
  { title: 'HOST', width: 8, rank: 1, text: (_, machine) => machine.holder?.name ?? '-' },
  {
    title: 'STORAGE',
    width: 8,
    rank: 5,
    right: true,
    text: (_, { contract }) => (contract === null ? '-' : storageRate(contract))
  },
  {
    title: 'RUNNING',
    width: 11,
    rank: 3,
    right: true,
    text: (_, { contract }) => (contract === null ? '-' : runningRate(contract))
  },
  { title: 'DEBIT IN', width: 8, rank: 4, right: true, text: nextDebit }
]

/** The table of machines; the part of it that holds the selection. */
export function putTable(frame: Frame, area: Area, state: UiState): void {
  const visible = visibleMachines(state)
  const columns = fitting(area.width)
  putTitles(frame, area, columns)
  if (visible.length === 0) return putEmpty(frame, area, state)
  const rows = area.height - 1
  const at = Math.max(0, visible.indexOf(selectedMachine(state) as MachineView))
  const top = Math.max(0, Math.min(at - Math.floor(rows / 2), visible.length - rows))
  for (const [row, machine] of visible.slice(top, top + rows).entries())
    putRow(frame, { ...area, y: area.y + 1 + row, height: 1 }, columns, state, machine)
}

function fitting(width: number): readonly Column[] {
  const columns = [...COLUMNS]
  const gap = gapAt(width)
  const needed = (): number =>
    columns.reduce((sum, column) => sum + column.width + gap, MARK + PROGRESS_LEAST)
  while (columns.length > 2 && needed() > width) {
    const worst = columns.reduce((most, column) => (column.rank > most.rank ? column : most))
    columns.splice(columns.indexOf(worst), 1)
  }
  return columns
}

function gapAt(width: number): number {
  return width >= GAP_FROM_WIDTH ? GAP : 1
}

function putTitles(frame: Frame, area: Area, columns: readonly Column[]): void {
  let x = area.x + MARK
  for (const column of columns) {
    frame.put(x, area.y, pad(column.title, column.width, column.right ? 'right' : 'left'), 'dim')
    x += column.width + gapAt(area.width)
  }
  frame.put(x, area.y, 'PROGRESS', 'dim', area.x + area.width)
}

function putRow(
  frame: Frame,
  area: Area,
  columns: readonly Column[],
  state: UiState,
  machine: MachineView
): void {
  const selected = machine.uuid === selectedMachine(state)?.uuid
  frame.put(area.x, area.y, selected ? '>' : ' ', 'key')
  let x = area.x + MARK
  for (const column of columns) {
    const text = pad(column.text(state, machine), column.width, column.right ? 'right' : 'left')
    const tone: Tone = column.title === 'STATE' ? stateTone(machine.state) : 'plain'
    frame.put(x, area.y, text, tone, area.x + area.width)
    x += column.width + gapAt(area.width)
  }
  if (selected) frame.retone(area, 'selected')
  putProgress(frame, { ...area, x, width: area.x + area.width - x }, state, machine)
}

function putProgress(frame: Frame, area: Area, state: UiState, machine: MachineView): void {
  const operation = runningOperation(state, machine)
  const right = area.x + area.width
  if (operation === null) {
    const last = operationOf(state, machine)
    if (last?.state === 'failed') {
      const whole = `${last.kind} failed`
      frame.put(area.x, area.y, whole.length > area.width ? 'failed' : whole, 'bad', right)
    } else if (machine.halt !== null)
      frame.put(area.x, area.y, `halted: ${machine.halt.reason}`, 'warn', right)
    return
  }
  const fraction = fractionOf(operation)
  const percent = fraction === null ? '' : ` ${Math.floor(fraction * 100)} %`
  if (fraction === null || area.width < 12) {
    const words = fraction === null ? operation.step : `${operation.kind}${percent}`
    frame.put(area.x, area.y, clip(words, area.width), 'warn', right)
    return
  }
  const width = Math.min(20, area.width - 6)
  putBar(frame, area.x, area.y, width, fraction)
  frame.put(area.x + width, area.y, percent, 'warn', right)
}

function putEmpty(frame: Frame, area: Area, state: UiState): void {
  const filtered = state.machines.length > 0
  const words = filtered
    ? `No machine matches "${state.filter}". Esc clears the filter.`
    : 'No machines yet. Press n to make one.'
  if (state.status !== null) frame.put(area.x + MARK, area.y + 2, words, 'plain', area.width)
}

function stateText(_: UiState, machine: MachineView): string {
  return machine.halt === null ? machine.state : `${machine.state}!`
}

function nextDebit(state: UiState, machine: MachineView): string {
  const dues = [machine.storageDueMs, machine.runningDueMs].filter(due => due !== null)
  if (dues.length === 0) return '-'
  const words = durationText(Math.min(...dues) - state.nowMs).split(' ')
  return words.slice(0, 2).join(' ')
}
