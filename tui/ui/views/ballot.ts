import type { CandidateView, ElectionView } from '../port.ts'
import { type Area, type Frame, pad, wrap } from '../screen/index.ts'
import {
  type BallotDialog,
  standingIn,
  type UiState,
  untilText,
  voteFeeLines
} from '../state/index.ts'
import { dialogBox, scrollTop } from './dialog-box.ts'

const WIDTH = 90

/** Who coordinates until when, who stands, and whom the ballot names. */
export function putBallot(frame: Frame, space: Area, state: UiState, dialog: BallotDialog): void {
  const { election } = dialog
  const inner = Math.min(WIDTH, space.width) - 4
  const above =
    election === null ? [] : headOf(election, state.nowMs).flatMap(each => wrap(each, inner))
  const below =
    election === null ? [] : footOf(state, dialog, election).flatMap(each => wrap(each, inner))
  const rows = standingIn(dialog)
  const height = above.length + Math.max(1, rows.length) + below.length + 5
  const title = election === null ? 'Coordinators' : `Coordinators of epoch ${election.epoch}`
  const inside = dialogBox(frame, space, title, WIDTH, height)
  const right = inside.x + inside.width
  if (election === null) {
    frame.put(inside.x, inside.y, 'Asking the node how the election stands…', 'dim', right)
    return
  }
  const least = Math.min(3, inside.height)
  const shown = above.slice(0, Math.max(1, inside.height - least - below.length))
  for (const [at, line] of shown.entries()) frame.put(inside.x, inside.y + at, line, 'plain', right)
  const list = { ...inside, y: inside.y + shown.length + 1 }
  putCandidates(frame, { ...list, height: inside.height - shown.length - below.length - 2 }, dialog)
  const y = inside.y + inside.height - below.length
  for (const [at, line] of below.entries()) frame.put(inside.x, y + at, line, 'dim', right)
}

function putCandidates(frame: Frame, area: Area, dialog: BallotDialog): void {
  const rows = standingIn(dialog)
  const right = area.x + area.width
  frame.put(area.x, area.y, `  ${rowText('    CANDIDATE', 'APPROVAL', 'ADDRESS')}`, 'dim', right)
  if (rows.length === 0) frame.put(area.x + 2, area.y + 1, 'Nobody stands yet.', 'dim', right)
  const room = Math.max(1, area.height - 1)
  const top = scrollTop(dialog.index, room, rows.length)
  for (const [row, candidate] of rows.slice(top, top + room).entries()) {
    const selected = top + row === dialog.index
    const text = `${selected ? '>' : ' '} ${candidateText(candidate, dialog.marked)}`
    const tone = selected ? 'selected' : 'plain'
    frame.put(area.x, area.y + 1 + row, pad(text, area.width), tone, right)
  }
}

function candidateText(
  { name, approval, addresses, online }: CandidateView,
  marked: ReadonlySet<string>
): string {
  const box = marked.has(name) ? '[x]' : '[ ]'
  return rowText(`${box} ${name}`, `$${approval}`, online ? (addresses[0] ?? '-') : 'OFFLINE now')
}

function rowText(name: string, approval: string, address: string): string {
  return `${pad(name, 18)}  ${pad(approval, 10, 'right')}  ${address}`
}

function headOf(
  { members, terms, endHeight, next, height, tally }: ElectionView,
  nowMs: number
): string[] {
  const now = `Now: ${members.map(({ name, local }) => (local ? `${name} (this node)` : name)).join(', ')}.`
  if (terms === null) return [now, 'They are those of the genesis, and stay.']
  if (endHeight !== null && next !== null) {
    return [
      now,
      `From block ${endHeight + 1} on, in ${endHeight + 1 - height} blocks: ${next.members.join(', ')}.`
    ]
  }
  const { tallyHeight, tallyMs } = terms
  const when = `Votes are counted ${untilText(tallyMs, nowMs)} at the latest, or in ${tallyHeight - height} blocks.`
  if (tally === null) return [now, when]
  const chosen =
    tally.elected === null || !tally.enough ? 'the set stays on' : tally.elected.members.join(', ')
  return [now, when, `$${tally.cast} of $${tally.possible} are cast; counted now: ${chosen}.`]
}

function footOf(
  state: UiState,
  { marked }: BallotDialog,
  { terms, ballot }: ElectionView
): string[] {
  if (terms === null) return []
  if (ballot === null) return ['This node has no account to vote with.']
  const names = marked.size === 0 ? 'nobody' : [...marked].join(', ')
  return [
    `Your ballot, which weighs $${ballot.weight} now: ${names}. Name all whom you would trust.`,
    ...voteFeeLines(state)
  ]
}
