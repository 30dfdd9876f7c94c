import type { MatchView, SearchView } from '../port.ts'
import { type Area, clip, type Frame, pad, wrap } from '../screen/index.ts'
import type { HostsDialog } from '../state/index.ts'
import { dialogBox, scrollTop } from './dialog-box.ts'
import { runningRate, storageRate } from './rates.ts'

/** Rows under the list that say why the selected host fits or does not. */
const REASONS = 8
/** From this width on prices are written as the contract writes them. */
const WIDE = 70

interface Row {
  readonly text: string
  readonly lit: boolean
  readonly why: readonly string[]
}

/** Hosts that fit, cheapest as the node sorts them, then those that do not. */
export function putHosts(frame: Frame, space: Area, dialog: HostsDialog): void {
  const { search, name } = dialog
  const title = dialog.purpose === 'store' ? `Hosts for ${name}` : `Move ${name}: where to`
  const rows = search === null ? [] : rowsOf(search, dialog.purpose, space.width - 4)
  const height = Math.max(rows.length, 1) + REASONS + 5
  const inside = dialogBox(frame, space, title, 100, height)
  const right = inside.x + inside.width
  if (search === null) {
    frame.put(inside.x, inside.y, 'Searching the offers…', 'dim', right)
    return
  }
  frame.put(inside.x, inside.y, `  ${titles(dialog.purpose, inside.width)}`, 'dim', right)
  const reasons = Math.min(
    REASONS,
    Math.max(Math.floor(inside.height / 3), inside.height - rows.length - 2)
  )
  const room = Math.max(1, inside.height - reasons - 2)
  const top = scrollTop(dialog.index, room, rows.length)
  for (const [at, row] of rows.slice(top, top + room).entries()) {
    const selected = top + at === dialog.index
    const text = pad(`${selected ? '>' : ' '} ${row.text}`, inside.width)
    const tone = selected ? 'selected' : row.lit ? 'plain' : 'dim'
    frame.put(inside.x, inside.y + 1 + at, text, tone, right)
  }
  const why = rows[dialog.index]?.why ?? adviceOf(search)
  const lines = why.flatMap(line => wrap(line, inside.width - 2)).slice(0, reasons)
  const y = inside.y + inside.height - lines.length
  for (const [at, line] of lines.entries()) frame.put(inside.x + 2, y + at, line, 'plain', right)
}

function titles(purpose: 'store' | 'move', width: number): string {
  const last = purpose === 'move' ? 'METHODS' : 'OWNER'
  return columns(width, ['HOST', 'STORAGE', 'RUNNING', last])
}

function rowsOf(search: SearchView, purpose: 'store' | 'move', width: number): Row[] {
  const matches = search.matches.map(match => ({
    text: matchText(match, purpose, width),
    lit: match.online,
    why: [
      `${match.name} of ${match.ownerName}, ${match.processor}${match.online ? '' : ', OFFLINE now'}. It fits:`,
      ...match.reasons.map(reason => `+ ${reason}`)
    ]
  }))
  const advice = search.matches.length === 0 ? adviceOf(search) : []
  const refused = search.refused.map(host => ({
    text: clip(`${pad(host.name, 14)}  no: ${host.message}`, Math.min(width, 96)),
    lit: false,
    why: [`${host.name} is refused, by ${host.constraint}:`, `- ${host.message}`, ...advice]
  }))
  return [...matches, ...refused]
}

/** Four columns; narrow screens have room for short ones only. */
function columns(width: number, texts: readonly [string, string, string, string]): string {
  const widths = width < WIDE ? [10, 8, 10] : [14, 14, 25]
  const gap = width < WIDE ? ' ' : '  '
  const [name, storage, running, last] = texts
  return [
    pad(name, widths[0] ?? 0),
    pad(storage, widths[1] ?? 0, 'right'),
    pad(running, widths[2] ?? 0, 'right'),
    last
  ].join(gap)
}

function matchText(match: MatchView, purpose: 'store' | 'move', width: number): string {
  const { contract } = match
  const methods = match.online ? match.methods.join(' ') : '(offline)'
  const last =
    purpose === 'move' ? methods : `${match.ownerName}${match.online ? '' : ' (offline)'}`
  const storage = width < WIDE ? storageRate(contract) : contract.storageText
  const running = width < WIDE ? runningRate(contract) : contract.runningText
  return columns(width, [match.name, storage, running, last])
}

function adviceOf(search: SearchView): string[] {
  const { advice, nearest } = search
  const lines = [advice ?? 'No host offers anything now.']
  if (nearest !== null)
    lines.push(
      `e searches again with a bid of $${nearest.storagePer30Days} per 30 days and $${nearest.runningPerHour} per hour.`
    )
  return lines
}
