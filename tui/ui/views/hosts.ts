import type { MatchView, SearchView } from '../port.ts'
import { type Area, clip, type Frame, pad, wrap } from '../screen/index.ts'
import type { HostsDialog } from '../state/index.ts'
import { dialogBox, scrollTop } from './dialog-box.ts'

/** Rows under the list that say why the selected host fits or does not. */
const REASONS = 5

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
  const height = Math.max(rows.length, 1) + REASONS + 4
  const inside = dialogBox(frame, space, title, 100, height)
  const right = inside.x + inside.width
  if (search === null) {
    frame.put(inside.x, inside.y, 'Searching the offers…', 'dim', right)
    return
  }
  frame.put(inside.x, inside.y, `  ${titles(dialog.purpose)}`, 'dim', right)
  const room = Math.max(1, inside.height - REASONS - 2)
  const top = scrollTop(dialog.index, room, rows.length)
  for (const [at, row] of rows.slice(top, top + room).entries()) {
    const selected = top + at === dialog.index
    const text = pad(`${selected ? '>' : ' '} ${row.text}`, inside.width)
    const tone = selected ? 'selected' : row.lit ? 'plain' : 'dim'
    frame.put(inside.x, inside.y + 1 + at, text, tone, right)
  }
  const why = rows[dialog.index]?.why ?? adviceOf(search)
  const lines = why.flatMap(line => wrap(line, inside.width - 2)).slice(0, REASONS)
  const y = inside.y + inside.height - lines.length
  for (const [at, line] of lines.entries()) frame.put(inside.x + 2, y + at, line, 'plain', right)
}

function titles(purpose: 'store' | 'move'): string {
  const last = purpose === 'move' ? 'METHODS' : 'OWNER'
  return `${pad('HOST', 14)}  ${pad('STORAGE', 14, 'right')}  ${pad('RUNNING', 25, 'right')}  ${last}`
}

function rowsOf(search: SearchView, purpose: 'store' | 'move', width: number): Row[] {
  const matches = search.matches.map(match => ({
    text: matchText(match, purpose),
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

function matchText(match: MatchView, purpose: 'store' | 'move'): string {
  const { contract } = match
  const methods = match.online ? match.methods.join(' ') : '(offline)'
  const last =
    purpose === 'move' ? methods : `${match.ownerName}${match.online ? '' : ' (offline)'}`
  return `${pad(match.name, 14)}  ${pad(contract.storageText, 14, 'right')}  ${pad(contract.runningText, 25, 'right')}  ${last}`
}

function adviceOf(search: SearchView): string[] {
  const { advice, nearest } = search
  const lines = [advice ?? 'No host offers anything now.']
  if (nearest !== null)
    lines.push(
      `Nearest bid that would match: $${nearest.storagePer30Days} per 30 days, $${nearest.runningPerHour} per hour.`
    )
  return lines
}
