/** The whole screen as a picture: `view(state, width, height)`, pure. */
import { type Area, Frame } from '../screen/index.ts'
import { type UiState, visibleMachines } from '../state/index.ts'
import { putBallot } from './ballot.ts'
import { putCatalogue } from './catalogue.ts'
import { putDetail } from './detail.ts'
import { noticeLines, putFooter, putNotice } from './footer.ts'
import { putBid, putField, putLimit } from './forms.ts'
import { putHeader } from './header.ts'
import { putHelp } from './help.ts'
import { putHosts } from './hosts.ts'
import { putTable } from './machines-table.ts'
import { putConfirm, putPalette, putReading } from './questions.ts'

/** Least height at which table and details share the screen. */
const SHARED_HEIGHT = 20
const DETAIL_LINES = 20

export function view(state: UiState, width: number, height: number): Frame {
  const frame = new Frame(width, height)
  putHeader(frame, state)
  const notice = noticeLines(state, frame.width)
  const filterLine = state.dialog?.kind === 'filter' || state.filter !== '' ? 1 : 0
  const footerY = frame.height - 1
  const body = {
    x: 0,
    y: 1,
    width: frame.width,
    height: Math.max(1, footerY - 1 - notice.length - filterLine)
  }
  putBody(frame, body, state)
  if (filterLine > 0) putFilter(frame, body.y + body.height, state)
  const noticeY = footerY - notice.length
  if (state.dialog !== null && state.dialog.kind !== 'filter') frame.retone(body, 'dim')
  putDialog(frame, body, state)
  putNotice(frame, { x: 0, y: noticeY, width: frame.width, height: notice.length }, state, notice)
  putFooter(frame, { x: 0, y: footerY, width: frame.width, height: 1 }, state)
  return frame
}

function putBody(frame: Frame, body: Area, state: UiState): void {
  const count = visibleMachines(state).length
  if (state.expanded && count > 0) return putDetail(frame, body, state)
  if (body.height < SHARED_HEIGHT - 3 || count === 0) return putTable(frame, body, state)
  const wanted = Math.max(3, Math.min(count + 2, Math.floor(body.height / 2)))
  const tableHeight = Math.max(wanted, body.height - DETAIL_LINES - 2)
  putTable(frame, { ...body, height: tableHeight }, state)
  const below = { ...body, y: body.y + tableHeight, height: body.height - tableHeight }
  putDetail(frame, below, state)
}

function putFilter(frame: Frame, y: number, state: UiState): void {
  const typing = state.dialog?.kind === 'filter' ? state.dialog.line : null
  if (typing === null) frame.put(1, y, `filter: ${state.filter} (Esc clears it)`, 'warn')
  else putField(frame, { x: 0, y, width: frame.width, height: 1 }, 'filter', typing, true)
}

function putDialog(frame: Frame, space: Area, state: UiState): void {
  const { dialog } = state
  switch (dialog?.kind) {
    case undefined:
    case 'filter':
      return
    case 'help':
      return putHelp(frame, space, dialog.top, dialog.end)
    case 'cli':
      return putReading(frame, space, dialog.title, dialog.lines)
    case 'palette':
      return putPalette(frame, space, state, dialog.line, dialog.index)
    case 'catalogue':
      return putCatalogue(frame, space, dialog.entries, dialog.index)
    case 'bid':
      return putBid(frame, space, state, dialog)
    case 'hosts':
      return putHosts(frame, space, dialog)
    case 'ballot':
      return putBallot(frame, space, state, dialog)
    case 'limit':
      return putLimit(frame, space, state, dialog)
    case 'confirm':
      return putConfirm(frame, space, state, dialog)
  }
}
