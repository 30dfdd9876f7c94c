/**
 * Everything the screen shows. Views read it, `update` alone makes the next one.
 *
 *     connecting --snapshot--> live --unreachable--> stale --snapshot--> live
 *     machines <--esc-- dialog (help, catalogue -> bid, hosts -> confirm, limit, palette, filter)
 *     machines --c--> console --Ctrl-] or dropped--> machines
 */
import type { AccountView, MachineAction, MachineView, NodeStatus, OperationView } from '../port.ts'
import type { ThemeName } from '../screen/index.ts'
import type { Dialog, Problem } from './dialogs.ts'
import { durationText } from './durations.ts'

export interface Notice {
  readonly level: 'good' | 'info' | 'bad'
  readonly problem: Problem
}

export type Link =
  | { readonly kind: 'connecting'; readonly problem: Problem | null }
  | { readonly kind: 'live' }
  | { readonly kind: 'stale'; readonly problem: Problem }

export interface UiState {
  readonly nowMs: number
  readonly link: Link
  /** When the last snapshot came. */
  readonly dataAtMs: number
  readonly status: NodeStatus | null
  readonly account: AccountView | null
  readonly machines: readonly MachineView[]
  /** Newest operation of each machine, by machine. */
  readonly operations: ReadonlyMap<string, OperationView>
  readonly selected: string | null
  readonly filter: string
  /** Details fill the screen. */
  readonly expanded: boolean
  readonly detailTop: number
  readonly dialog: Dialog | null
  readonly notice: Notice | null
  readonly theme: ThemeName
  /** A guest's console has the terminal. */
  readonly console: string | null
  /** Keys typed before this moment were meant for a console that is gone. */
  readonly swallowUntilMs: number
}

export function initialState(nowMs: number, theme: ThemeName): UiState {
  return {
    nowMs,
    link: { kind: 'connecting', problem: null },
    dataAtMs: nowMs,
    status: null,
    account: null,
    machines: [],
    operations: new Map(),
    selected: null,
    filter: '',
    expanded: false,
    detailTop: 0,
    dialog: null,
    notice: null,
    theme,
    console: null,
    swallowUntilMs: 0
  }
}

/** The machines that pass the filter: every word of it occurs in name, state, host or configuration. */
export function visibleMachines(state: UiState): readonly MachineView[] {
  const words = state.filter
    .toLowerCase()
    .split(' ')
    .filter(word => word !== '')
  if (words.length === 0) return state.machines
  return state.machines.filter(machine => {
    const { name, uuid, configuration } = machine
    const text = [name, uuid, machine.state, machine.holder?.name ?? '', configuration.name]
    const whole = text.join(' ').toLowerCase()
    return words.every(word => whole.includes(word))
  })
}

export function selectedMachine(state: UiState): MachineView | null {
  const visible = visibleMachines(state)
  return visible.find(machine => machine.uuid === state.selected) ?? visible[0] ?? null
}

export function operationOf(state: UiState, machine: MachineView): OperationView | null {
  return state.operations.get(machine.uuid) ?? null
}

/** true when the action is legal now, else the sentence that says why not. */
export function actionAllowed(
  state: UiState,
  machine: MachineView | null,
  action: MachineAction
): true | string {
  if (machine === null) return 'No machine is selected: press n to make one.'
  if (state.link.kind !== 'live')
    return `The node does not answer since ${durationText(state.nowMs - state.dataAtMs)}: nothing can be ordered.`
  const found = machine.actions.find(entry => entry.action === action)
  if (found === undefined) return `Not possible while ${machine.name} is ${machine.state}.`
  return found.reason ?? true
}
