import type { MachineView } from '../port.ts'
import { type Area, clip, type Frame, pad, type Tone, wrap } from '../screen/index.ts'
import {
  amountText,
  COMMANDS,
  contractRates,
  durationText,
  keyText,
  operationOf,
  problemText,
  runningOperation,
  selectedMachine,
  type UiState,
  untilText
} from '../state/index.ts'
import { fractionOf, progressText, putBar } from './bars.ts'

interface Line {
  readonly label: string
  readonly text: string
  readonly tone?: Tone
}

const LABEL = 10

/** Everything about the selected machine, and what may be done with it. */
export function putDetail(frame: Frame, area: Area, state: UiState): void {
  const machine = selectedMachine(state)
  if (machine === null) return
  frame.box(area, machine.name)
  const inner = { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: area.height - 2 }
  const beside = inner.width >= 90
  const actionsWidth = beside ? Math.floor(inner.width * 0.48) : inner.width
  const factsWidth = beside ? inner.width - actionsWidth - 2 : inner.width
  const actions = actionLines(state)
  if (beside) {
    putLines(frame, { ...inner, width: factsWidth }, factLines(state, machine), state)
    const right = { ...inner, x: inner.x + factsWidth + 2, width: actionsWidth }
    putLines(frame, right, actions, state)
    return
  }
  const lines = state.expanded
    ? [...factLines(state, machine), { label: '', text: '' }, ...actions]
    : [...factLines(state, machine), { label: 'may', text: legalText(state, machine) }]
  putLines(frame, inner, lines, state)
}

function putLines(frame: Frame, area: Area, lines: readonly Line[], state: UiState): void {
  const whole = state.expanded
  const shown = whole
    ? lines.flatMap(line => wrapped(line, area.width))
    : fitted(lines, area.width, area.height)
  const top = Math.max(0, Math.min(state.detailTop, shown.length - area.height))
  for (const [row, line] of shown.slice(top, top + area.height).entries()) {
    const y = area.y + row
    frame.put(area.x, y, pad(line.label, LABEL), 'dim', area.x + area.width)
    const text = clip(line.text, area.width - LABEL - 1)
    frame.put(area.x + LABEL + 1, y, text, line.tone ?? 'plain', area.x + area.width)
  }
  putOperationBar(frame, area, shown.slice(top, top + area.height), state)
}

/** The bar takes the place of the line whose label is one blank. */
function putOperationBar(frame: Frame, area: Area, lines: readonly Line[], state: UiState): void {
  const row = lines.findIndex(line => line.label === ' ')
  const machine = selectedMachine(state)
  const operation = machine === null ? null : operationOf(state, machine)
  const fraction = operation === null ? null : fractionOf(operation)
  if (row < 0 || fraction === null) return
  putBar(frame, area.x + LABEL + 1, area.y + row, Math.min(50, area.width - LABEL - 1), fraction)
}

/** Lines that are too long go on in the rows nobody needs, from the first on; the rest is clipped. */
function fitted(lines: readonly Line[], width: number, height: number): Line[] {
  let spare = height - lines.length
  return lines.flatMap(line => {
    const whole = wrapped(line, width)
    if (whole.length - 1 > spare) return [line]
    spare -= whole.length - 1
    return whole
  })
}

function wrapped(line: Line, width: number): Line[] {
  const texts = wrap(line.text, width - LABEL - 1)
  return texts.map((text, index) =>
    index === 0 ? { ...line, text } : { ...line, label: '', text }
  )
}

function factLines(state: UiState, machine: MachineView): Line[] {
  const { configuration: wanted, bid, holder, contract, root } = machine
  return [
    ...operationLines(state, machine),
    { label: 'state', text: `${machine.state}, version ${machine.version}` },
    ...haltLines(state, machine),
    { label: 'uuid', text: machine.uuid },
    {
      label: 'config',
      text: `${wanted.processor}, ${wanted.os}, ${wanted.speed} bogomips, ${wanted.memoryMb} MB memory, ${wanted.storageMb} MB disk`
    },
    { label: 'bid', text: `$${bid.storagePer30Days} / 30 days, $${bid.runningPerHour} / hour` },
    { label: 'contract', text: contract === null ? 'none' : contractText(machine) },
    { label: 'holder', text: holder === null ? 'none' : `${holder.name}, peer ${holder.peer}` },
    ...holderLines(state, machine),
    { label: 'root', text: root ?? 'none' },
    ...copyLines(machine),
    ...moneyLines(state, machine)
  ]
}

function copyLines({ copyAt }: MachineView): Line[] {
  if (copyAt === null) return []
  return [{ label: 'copy', text: `${copyAt.name} keeps what was sealed last` }]
}

/** What an owner has to know of a host that does not do its part. */
function holderLines(state: UiState, machine: MachineView): Line[] {
  const { holder, sealed, graceEndsMs } = machine
  const lines: Line[] = []
  if (holder?.silent === true) {
    const text = 'its host is silent: running costs nothing until it is heard again'
    lines.push({ label: '', text, tone: 'bad' })
  }
  if (machine.state === 'stopped' && !sealed)
    lines.push({ label: '', text: 'released: its host has not sealed the disk yet', tone: 'bad' })
  if (graceEndsMs !== null) {
    const when = graceEndsMs > state.nowMs ? untilText(graceEndsMs, state.nowMs) : 'from now on'
    const text = `its host may evict it ${when}: move it before, or pay what is owed`
    lines.push({ label: '', text, tone: 'bad' })
  }
  return lines
}

function contractText(machine: MachineView): string {
  const { contract } = machine
  if (contract === null) return 'none'
  const { storage, running } = contractRates(contract)
  const perDay = amountText(storage / 30n)
  return `stored $${contract.storageText}; running $${contract.runningText} ($${perDay} a day, $${amountText(running)} an hour)`
}

function moneyLines(state: UiState, machine: MachineView): Line[] {
  if (machine.contract === null) return []
  const { storageDueMs, runningDueMs, runningCreditMs, spendLimit, spent } = machine
  const storage = storageDueMs === null ? '-' : untilText(storageDueMs, state.nowMs)
  const running = runningDueMs === null ? '-' : untilText(runningDueMs, state.nowMs)
  const limit = spendLimit === null ? 'not set yet' : `$${spent} of $${spendLimit} spent`
  return [
    { label: 'debits', text: `storage ${storage}, running ${running}` },
    { label: 'credit', text: `${durationText(runningCreditMs)} of running already paid` },
    { label: 'limit', text: limit }
  ]
}

function haltLines(state: UiState, machine: MachineView): Line[] {
  const { halt, migration } = machine
  const lines: Line[] = []
  if (halt !== null) {
    const why =
      halt.reason === 'unpaid' ? 'a charge could not be met' : 'its spend limit is reached'
    lines.push({
      label: 'halted',
      text: `${untilText(halt.atMs, state.nowMs)}: ${why}`,
      tone: 'warn'
    })
  }
  if (migration !== null) {
    const { origin, destination, deadlineMs } = migration
    const until = untilText(deadlineMs, state.nowMs)
    lines.push({
      label: 'migration',
      text: `${origin.name} to ${destination.name}, deadline ${until}`,
      tone: 'warn'
    })
  }
  return lines
}

function operationLines(state: UiState, machine: MachineView): Line[] {
  const operation = operationOf(state, machine)
  if (operation === null || operation.state === 'succeeded' || operation.state === 'cancelled')
    return []
  if (operation.state === 'failed') {
    const { error } = operation
    const text = error === null ? operation.step : problemText(error)
    return [{ label: 'failed', text: `${operation.kind}: ${text}`, tone: 'bad' }]
  }
  const age = durationText(state.nowMs - operation.startedAtMs)
  const lines: Line[] = [
    { label: operation.kind, text: `${operation.step} (${age})`, tone: 'warn' }
  ]
  if (fractionOf(operation) !== null) {
    lines.push({ label: ' ', text: '' })
    lines.push({ label: '', text: progressText(operation) })
  }
  return lines
}

function actionLines(state: UiState): Line[] {
  const onMachine = COMMANDS.filter(
    command => command.group === 'Machine' && command.hint !== null && command.hint !== 'new'
  )
  return onMachine
    .map(command => ({ command, allowed: command.enabled(state) }))
    .toSorted((a, b) => Number(b.allowed === true) - Number(a.allowed === true))
    .map(({ command, allowed }) => {
      const label = `${keyText(command.keys[0] ?? '')} ${command.hint}`
      if (allowed === true) return { label, text: `* ${command.title}`, tone: 'key' as const }
      const reason = state.link.kind === 'live' ? allowed : 'the node does not answer'
      return { label, text: `- ${reason}`, tone: 'dim' as const }
    })
}

function legalText(state: UiState, machine: MachineView): string {
  const legal = COMMANDS.filter(
    command => command.group === 'Machine' && command.hint !== null && command.hint !== 'new'
  ).filter(command => command.enabled(state) === true)
  if (legal.length === 0) {
    if (state.link.kind !== 'live') return 'nothing: the node does not answer'
    const operation = runningOperation(state, machine)
    if (operation !== null) return `nothing until its ${operation.kind} has ended`
    return machine.actions.find(action => action.reason !== null)?.reason ?? 'nothing now'
  }
  return legal.map(command => `${keyText(command.keys[0] ?? '')} ${command.hint}`).join('  ')
}
