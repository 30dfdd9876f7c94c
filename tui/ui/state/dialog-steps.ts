/** What moving, accepting and leaving mean in each dialog. */
import type { BidView, SearchView } from '../port.ts'
import { spendLimitProblem } from './amounts.ts'
import { castBallot, standingIn } from './ballot.ts'
import type { BidDialog, Dialog, HostsDialog, LimitDialog } from './dialogs.ts'
import type { Order } from './effects.ts'
import { confirmMove, confirmStore, fieldProblem, fieldText, newBid, searchBid } from './flows.ts'
import { selectedMachine, type UiState, visibleMachines } from './state.ts'
import { open, type Step, say, step } from './step.ts'

export function moveIn(state: UiState, by: number): Step {
  const { dialog } = state
  if (dialog === null) return step(state)
  return step({ ...state, notice: null, dialog: moved(dialog, by) })
}

export function close(state: UiState): Step {
  const { dialog } = state
  if (dialog?.kind === 'confirm') return step(open(state, dialog.back))
  if (dialog?.kind === 'bid') return step(open(state, dialog.search))
  if (dialog?.kind === 'filter') return step({ ...open(state, null), filter: dialog.before })
  return step(open(state, null))
}

/** Enter, or `y`: what the dialog is for. */
export function accept(state: UiState): Step {
  const { dialog } = state
  switch (dialog?.kind) {
    case 'catalogue': {
      const entry = dialog.entries?.[dialog.index]
      return step(entry === undefined ? state : open(state, newBid(entry, state.machines)))
    }
    case 'bid':
      return acceptBid(state, dialog)
    case 'hosts':
      return acceptHost(state, dialog)
    case 'ballot':
      return castBallot(state, dialog)
    case 'limit':
      return acceptLimit(state, dialog)
    case 'confirm':
      return order(state, dialog.order)
    case 'filter': {
      const selected = selectedMachine(state)?.uuid ?? null
      return step({ ...open(state, null), selected })
    }
    case undefined:
    case 'palette':
    case 'help':
    case 'cli':
      return step(open(state, null))
  }
}

function moved(dialog: Dialog, by: number): Dialog {
  switch (dialog.kind) {
    case 'help':
      if (!Number.isFinite(by)) return { ...dialog, top: 0, end: by > 0 }
      return { ...dialog, top: clamp(dialog.top + (dialog.end ? -by : by), HELP_TOP_MAX) }
    case 'catalogue':
      return { ...dialog, index: clamp(dialog.index + by, (dialog.entries?.length ?? 1) - 1) }
    case 'hosts':
      return { ...dialog, index: clamp(dialog.index + by, rowsOf(dialog.search) - 1) }
    case 'ballot':
      return { ...dialog, index: clamp(dialog.index + by, standingIn(dialog).length - 1) }
    case 'palette':
      return { ...dialog, index: Math.max(0, dialog.index + by) }
    case 'bid': {
      const count = dialog.fields.length
      return { ...dialog, focus: (dialog.focus + by + count) % count }
    }
    case 'cli':
    case 'filter':
    case 'limit':
    case 'confirm':
      return dialog
  }
}

/** The help view clamps further, by what its lines need. */
const HELP_TOP_MAX = 80

function acceptBid(state: UiState, dialog: BidDialog): Step {
  if (dialog.busy) return step(state)
  const wrong = dialog.fields.findIndex(field => fieldProblem(field) !== null)
  if (wrong >= 0) return step({ ...state, dialog: { ...dialog, focus: wrong, problem: null } })
  const storagePer30Days = fieldText(dialog, 'storage')
  const bid = { storagePer30Days, runningPerHour: fieldText(dialog, 'running') }
  if (dialog.search !== null) return searchAgain(state, dialog.search, bid)
  const name = fieldText(dialog, 'name')
  const busy = { ...state, dialog: { ...dialog, busy: true, problem: null } }
  if (dialog.machine !== null)
    return step(busy, { kind: 'edit', input: { machine: dialog.machine, name, bid } })
  const configuration = dialog.configuration.name
  return step(busy, { kind: 'create', input: { configuration, name, bid } })
}

/** Opens the bid of a search; a bid is the buyer's own affair, so a dearer host needs no new registration. */
export function raiseBid(state: UiState): Step {
  const { dialog } = state
  if (dialog?.kind !== 'hosts' || dialog.search === null) return step(state)
  return step(open(state, searchBid(dialog, dialog.search)))
}

function searchAgain(state: UiState, dialog: HostsDialog, bid: BidView): Step {
  const { machine, purpose } = dialog
  const asked = open(state, { ...dialog, search: null, index: 0 })
  return step(asked, { kind: 'search', machine, move: purpose === 'move', bid })
}

function acceptHost(state: UiState, dialog: HostsDialog): Step {
  const { search, index } = dialog
  if (search === null) return step(state)
  const match = search.matches[index]
  if (match === undefined) {
    const refused = search.refused[index - search.matches.length]
    if (refused === undefined) return step(state)
    return step(say(state, 'bad', `${refused.name} cannot take it: ${refused.message}`))
  }
  if (!match.online)
    return step(say(state, 'bad', `${match.name} is offline: nothing can be sent to it now.`))
  const balance = state.account?.balance ?? '0'
  if (dialog.purpose === 'store') return step(open(state, confirmStore(dialog, match, balance)))
  const machine = state.machines.find(one => one.uuid === dialog.machine)
  if (machine === undefined) return step(say(state, 'bad', `${dialog.name} is not there any more.`))
  return step(open(state, confirmMove(dialog, match, machine, balance, state.nowMs)))
}

function acceptLimit(state: UiState, dialog: LimitDialog): Step {
  const { verb, machine, name, contract, before, line } = dialog
  const problem = spendLimitProblem(line.text, contract, before)
  if (problem !== null) return step(say(state, 'bad', problem))
  return order(state, { verb, machine, name, spendLimit: line.text.trim() })
}

function order(state: UiState, wish: Order): Step {
  const asked = say(open(state, null), 'info', `Asked to ${wish.verb} ${wish.name}…`)
  return step(asked, { kind: 'order', order: wish })
}

function rowsOf(search: SearchView | null): number {
  return search === null ? 1 : search.matches.length + search.refused.length
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(Math.max(0, most), value))
}

/** The table's selection after its rows changed: kept, or the first row. */
export function keptSelection(state: UiState): string | null {
  const visible = visibleMachines(state)
  const kept = visible.some(machine => machine.uuid === state.selected)
  return kept ? state.selected : (visible[0]?.uuid ?? null)
}
