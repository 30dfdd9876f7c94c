/** What the node, and consoles, say. */
import type {
  AccountView,
  CatalogueEntry,
  ElectionView,
  MachineView,
  NodeStatus,
  OperationView,
  SearchView
} from '../port.ts'
import { shownElection, votedText } from './ballot.ts'
import { keptSelection } from './dialog-steps.ts'
import type { Problem } from './dialogs.ts'
import { tookText } from './durations.ts'
import type { LeaveVerb, Order } from './effects.ts'
import { catalogueOf } from './flows.ts'
import { operationOf, type UiState } from './state.ts'
import { type Step, say, step } from './step.ts'

/** Keys typed into a console just before it dropped are not commands of ours. */
export const SWALLOW_MS = 1000

export interface Snapshot {
  readonly status: NodeStatus
  readonly account: AccountView | null
  readonly machines: readonly MachineView[]
  readonly operations: readonly OperationView[]
}

export type Answer =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'unreachable'; readonly problem: Problem }
  | { readonly type: 'browsed'; readonly entries: readonly CatalogueEntry[] }
  | { readonly type: 'searched'; readonly machine: string; readonly search: SearchView }
  | { readonly type: 'election'; readonly election: ElectionView }
  | { readonly type: 'voted'; readonly election: ElectionView }
  | { readonly type: 'saved'; readonly machine: MachineView; readonly created: boolean }
  | { readonly type: 'ordered'; readonly operation: OperationView }
  | { readonly type: 'discarded'; readonly name: string }
  | { readonly type: 'said'; readonly verb: Said; readonly machine: MachineView }
  | { readonly type: 'vouched'; readonly name: string; readonly destination: string }
  | { readonly type: 'operation'; readonly operation: OperationView }
  /** The node said no to what this verb asked. */
  | { readonly type: 'refused'; readonly asked: Asked; readonly problem: Problem }
  | { readonly type: 'console-opened'; readonly name: string }
  | { readonly type: 'console-ended'; readonly name: string; readonly dropped: boolean }

/** Done as soon as it is on the ledger. */
export type Said = LeaveVerb | 'raise-limit'

export type Asked = 'browse' | 'search' | 'election' | 'vote' | 'save' | 'console' | Order['verb']

export function applyAnswer(state: UiState, answer: Answer): Step {
  switch (answer.type) {
    case 'snapshot':
      return step(withSnapshot(state, answer.snapshot))
    case 'unreachable':
      return step(withoutNode(state, answer.problem))
    case 'browsed':
      return step(
        state.dialog?.kind === 'catalogue' && state.dialog.entries === null
          ? { ...state, dialog: catalogueOf(answer.entries) }
          : state
      )
    case 'searched':
      return step(
        state.dialog?.kind === 'hosts' && state.dialog.machine === answer.machine
          ? { ...state, dialog: { ...state.dialog, search: answer.search } }
          : state
      )
    case 'election':
      return step(shownElection(state, answer.election))
    case 'voted':
      return step(say(state, 'good', votedText(answer.election)), { kind: 'refresh' })
    case 'saved':
      return saved(state, answer.machine, answer.created)
    case 'ordered':
      return step(
        { ...withOperation(state, answer.operation), notice: null },
        { kind: 'watch', operation: answer.operation.id },
        { kind: 'refresh' }
      )
    case 'discarded':
      return step(say(state, 'good', `${answer.name} is forgotten.`), { kind: 'refresh' })
    case 'said':
      return step(say(state, 'good', saidText(answer.verb, answer.machine)), { kind: 'refresh' })
    case 'vouched':
      return step(say(state, 'good', vouchedText(answer)), { kind: 'refresh' })
    case 'operation':
      return watched(state, answer.operation)
    case 'refused':
      return step(refused(state, answer.asked, answer.problem))
    case 'console-opened':
      return step({ ...state, console: answer.name, notice: null })
    case 'console-ended':
      return step(consoleEnded(state, answer.name, answer.dropped), { kind: 'refresh' })
  }
}

function vouchedText({ name, destination }: Extract<Answer, { type: 'vouched' }>): string {
  return `${destination} has your word for ${name} and commits the move.`
}

function saidText(verb: Said, machine: MachineView): string {
  const { name, spent, spendLimit, holder } = machine
  switch (verb) {
    case 'raise-limit':
      return `${name} may spend $${spendLimit ?? '0'} on running, $${spent} of it is spent.`
    case 'release':
      return `${name} is stopped; its host seals the disk when it hears of it.`
    case 'release-contract':
    case 'declare-lost':
      if (holder !== null)
        return `${name} is ${machine.state} at ${holder.name}, as it was sealed last.`
      return `${name} is registered again. Press o to find a host for it.`
  }
}

function withSnapshot(state: UiState, snapshot: Snapshot): UiState {
  const operations = new Map<string, OperationView>()
  for (const operation of snapshot.operations) {
    const known = operation.machine === null ? undefined : operations.get(operation.machine)
    if (operation.machine === null || (known?.startedAtMs ?? -1) > operation.startedAtMs) continue
    operations.set(operation.machine, operation)
  }
  const next: UiState = {
    ...state,
    link: { kind: 'live' },
    dataAtMs: state.nowMs,
    status: snapshot.status,
    account: snapshot.account,
    machines: snapshot.machines,
    operations
  }
  const back = { ...next, selected: keptSelection(next) }
  return state.link.kind === 'stale' ? say(back, 'good', 'the node answers again.') : back
}

function withoutNode(state: UiState, problem: Problem): UiState {
  if (state.status === null) return { ...state, link: { kind: 'connecting', problem } }
  const notice = state.link.kind === 'live' ? null : state.notice
  return { ...state, notice, link: { kind: 'stale', problem } }
}

function saved(state: UiState, machine: MachineView, created: boolean): Step {
  const others = state.machines.filter(one => one.uuid !== machine.uuid)
  const machines = created
    ? [...others, machine]
    : state.machines.map(one => (one.uuid === machine.uuid ? machine : one))
  const words = created
    ? `${machine.name} is registered. Press o to find a host for it.`
    : `${machine.name} is changed.`
  const next = { ...state, machines, selected: machine.uuid, filter: '', dialog: null }
  return step(say(next, 'good', words), { kind: 'refresh' })
}

function withOperation(state: UiState, operation: OperationView): UiState {
  if (operation.machine === null) return state
  const operations = new Map(state.operations).set(operation.machine, operation)
  return { ...state, operations }
}

function watched(state: UiState, operation: OperationView): Step {
  const next = withOperation(state, operation)
  if (operation.state === 'running') return step(next)
  return step(ended(next, operation), { kind: 'refresh' })
}

function ended(state: UiState, operation: OperationView): UiState {
  const machine = state.machines.find(one => one.uuid === operation.machine)
  const what = `${operation.kind} of ${machine?.name ?? 'a machine'}`
  if (operation.state === 'cancelled') return say(state, 'bad', `The ${what} was cancelled.`)
  if (operation.state === 'failed')
    return say(state, 'bad', {
      message: `The ${what} failed: ${operation.error?.message ?? operation.step}`,
      hint: operation.error?.hint ?? null
    })
  const took = tookText((operation.endedAtMs ?? state.nowMs) - operation.startedAtMs)
  return say(state, 'good', `${what}, after ${took}.`)
}

function refused(state: UiState, asked: Asked, problem: Problem): UiState {
  const { dialog } = state
  if (asked === 'save' && dialog?.kind === 'bid')
    return { ...state, dialog: { ...dialog, busy: false, problem } }
  const waits =
    (asked === 'browse' && dialog?.kind === 'catalogue' && dialog.entries === null) ||
    (asked === 'election' && dialog?.kind === 'ballot' && dialog.election === null) ||
    (asked === 'search' && dialog?.kind === 'hosts' && dialog.search === null)
  return say(waits ? { ...state, dialog: null } : state, 'bad', problem)
}

function consoleEnded(state: UiState, name: string, dropped: boolean): UiState {
  const back: UiState = { ...state, console: null }
  if (!dropped) return say(back, 'info', `Back from the console of ${name}.`)
  const swallowing = { ...back, swallowUntilMs: state.nowMs + SWALLOW_MS }
  const words = `The console of ${name} closed by itself; keys are ignored for a second.`
  return say(swallowing, 'bad', words)
}

/** The running operation of the machine, if any: its row shows progress. */
export function runningOperation(state: UiState, machine: MachineView): OperationView | null {
  const operation = operationOf(state, machine)
  return operation?.state === 'running' ? operation : null
}
