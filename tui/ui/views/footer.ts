import { type Area, type Frame, textWidth, wrap } from '../screen/index.ts'
import { type Command, commandsHere, keyText, problemText, type UiState } from '../state/index.ts'

const NOTICE_LINES_MAX = 3
const MARKS = { good: 'done: ', info: '', bad: '! ' } as const

/** The lines a notice takes at this width; none without one. */
export function noticeLines(state: UiState, width: number): readonly string[] {
  const { notice, link } = state
  const words =
    notice === null
      ? link.kind === 'live'
        ? null
        : link.problem === null
          ? null
          : { ...link.problem, message: MARKS.bad + link.problem.message }
      : { ...notice.problem, message: MARKS[notice.level] + notice.problem.message }
  if (words === null) return []
  const lines = wrap(problemText(words).replaceAll(/\s+/gu, ' '), width - 2)
  return lines.slice(0, NOTICE_LINES_MAX)
}

export function putNotice(
  frame: Frame,
  area: Area,
  state: UiState,
  lines: readonly string[]
): void {
  const level = state.notice?.level ?? 'bad'
  const tone = level === 'info' ? 'plain' : level
  for (const [row, line] of lines.entries()) frame.put(area.x + 1, area.y + row, line, tone)
}

/** Keys that act now; the lit ones first, `? help` always. */
export function putFooter(frame: Frame, area: Area, state: UiState): void {
  const here = commandsHere(state).filter(command => command.hint !== null)
  const always = here.filter(command => command.id === 'help' || command.id === 'quit')
  const lit = here.filter(command => !always.includes(command) && command.enabled(state) === true)
  const room = area.width - always.reduce((sum, command) => sum + hintWidth(command), 0)
  let x = area.x + 1
  for (const command of lit) {
    if (x + hintWidth(command) > area.x + room) break
    x = putHint(frame, x, area.y, command)
  }
  for (const command of always) x = putHint(frame, x, area.y, command)
}

function putHint(frame: Frame, x: number, y: number, command: Command): number {
  const next = frame.put(x, y, keyText(command.keys[0] ?? ''), 'key')
  return frame.put(next, y, ` ${command.hint}  `, 'plain')
}

function hintWidth(command: Command): number {
  return textWidth(keyText(command.keys[0] ?? '')) + textWidth(command.hint ?? '') + 3
}
