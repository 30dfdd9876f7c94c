/** Where each dialog begins, with the figures it shows. */
import type { CatalogueEntry, HostName, MachineView, MatchView, SearchView } from '../port.ts'
import {
  amountText,
  bidProblem,
  bidText,
  contractRates,
  defaultSpendLimit,
  differenceText,
  parseAmount
} from './amounts.ts'
import type {
  BidDialog,
  CatalogueDialog,
  ConfirmDialog,
  Field,
  HostsDialog,
  LimitDialog
} from './dialogs.ts'
import { bytesText, durationText } from './durations.ts'
import type { EndVerb, LimitVerb, Order } from './effects.ts'
import { lineOf } from './line-editor.ts'

const MIB = 1024 * 1024

/** The cursor begins at what can boot and has a host: the rest of the list are blank disks. */
export function catalogueOf(entries: readonly CatalogueEntry[]): CatalogueDialog {
  const ready = entries.findIndex(entry => entry.preconfigured && entry.average !== null)
  return { kind: 'catalogue', entries, index: Math.max(0, ready) }
}

/** The form for a new machine, its bid filled in with the market's averages. */
export function newBid(entry: CatalogueEntry, taken: readonly MachineView[]): BidDialog {
  const { configuration, average } = entry
  const name = freeName(configuration.name, taken)
  return {
    kind: 'bid',
    machine: null,
    search: null,
    configuration,
    average,
    fields: bidFields(name, average?.storagePer30Days ?? '', average?.runningPerHour ?? ''),
    focus: 0,
    problem: null,
    busy: false
  }
}

export function editBid(machine: MachineView): BidDialog {
  const { bid } = machine
  return {
    kind: 'bid',
    machine: machine.uuid,
    search: null,
    configuration: machine.configuration,
    average: null,
    fields: bidFields(machine.name, bid.storagePer30Days, bid.runningPerHour),
    focus: 1,
    problem: null,
    busy: false
  }
}

/** The form for the same search with another bid; the nearest one that finds a host is filled in. */
export function searchBid(dialog: HostsDialog, search: SearchView): BidDialog {
  const { storagePer30Days, runningPerHour } = search.nearest ?? search.bid
  return {
    kind: 'bid',
    machine: dialog.machine,
    search: dialog,
    configuration: search.configuration,
    average: null,
    fields: bidFields(dialog.name, storagePer30Days, runningPerHour).slice(1),
    focus: 0,
    problem: null,
    busy: false
  }
}

/** The reason why a field cannot be sent, or null. */
export function fieldProblem(field: Field): string | null {
  if (field.id !== 'name') return bidProblem(field.line.text)
  if (field.line.text.trim() === '') return 'A name, so that you can tell your machines apart.'
  return field.line.text.length > 64 ? 'At most 64 characters.' : null
}

export function fieldText(dialog: BidDialog, id: Field['id']): string {
  return dialog.fields.find(field => field.id === id)?.line.text.trim() ?? ''
}

export function hostsFor(machine: MachineView, purpose: 'store' | 'move'): HostsDialog {
  const { uuid, name } = machine
  return { kind: 'hosts', purpose, machine: uuid, name, search: null, index: 0 }
}

/** The question before money is spent on storage. */
export function confirmStore(
  dialog: HostsDialog,
  match: MatchView,
  balance: string
): ConfirmDialog {
  const { contract } = match
  return {
    kind: 'confirm',
    title: `Store ${dialog.name} at ${match.name}?`,
    lines: [
      `Storage  $${contract.storageText}, the first period is charged now`,
      `Running  $${contract.runningText}, from the start on`,
      `Balance  ${afterText(balance, contract.storagePrice)}`,
      `Host     ${match.name} of ${match.ownerName}, ${match.processor}`
    ],
    danger: false,
    order: orderTo(dialog, match),
    back: dialog
  }
}

/** The question before a move: bytes, new price, difference. */
export function confirmMove(
  dialog: HostsDialog,
  match: MatchView,
  machine: MachineView,
  balance: string,
  nowMs: number
): ConfirmDialog {
  const { contract } = match
  const lines = [
    `Sends    ${bytesToMove(machine)} from ${machine.holder?.name ?? 'its host'}`,
    `Storage  $${contract.storageText}${difference(machine, match, 'storage')}, charged on arrival`,
    `Running  $${contract.runningText}${difference(machine, match, 'running')}`,
    `Balance  ${afterText(balance, contract.storagePrice)}`,
    ...prepaidLines(machine, nowMs),
    `Method   ${match.methods.join(', ')}; ${machine.name} cannot run while it moves`
  ]
  return {
    kind: 'confirm',
    title: `Move ${dialog.name} to ${match.name}?`,
    lines,
    danger: false,
    order: orderTo(dialog, match),
    back: dialog
  }
}

export function limitFor(
  machine: MachineView,
  verb: LimitVerb,
  balance: string
): LimitDialog | null {
  if (machine.contract === null) return null
  const more = defaultSpendLimit(machine.contract, balance)
  const raises = verb === 'raise-limit'
  const limit = (raises ? machine.spendLimit : null) ?? '0'
  return {
    kind: 'limit',
    verb,
    machine: machine.uuid,
    name: machine.name,
    contract: machine.contract,
    creditMs: machine.runningCreditMs,
    before: { limit, spent: raises ? machine.spent : '0' },
    balance,
    line: lineOf(amountText((parseAmount(limit) ?? 0n) + (parseAmount(more) ?? 0n)))
  }
}

/** The question before something is taken away from a machine. */
export function confirmEnd(machine: MachineView, verb: EndVerb): ConfirmDialog {
  const { uuid, name } = machine
  return {
    kind: 'confirm',
    title: titles(name)[verb],
    lines: consequences(machine)[verb],
    danger: verb !== 'stop' && verb !== 'suspend',
    order: { verb, machine: uuid, name },
    back: null
  }
}

/** The question before a machine goes on at the host that keeps its copy; its present host is given up. */
export function confirmHeir(machine: MachineView, heir: HostName): ConfirmDialog {
  const { uuid, name } = machine
  const host = machine.holder?.name ?? 'its host'
  return {
    kind: 'confirm',
    title: `Give ${host} up for lost, and go on at ${heir.name}?`,
    lines: [
      `The contract with ${host} ends at once, and what it stores of ${name} is taken for lost.`,
      `${heir.name} goes on with the copy it kept, which is what was sealed last. What ran since then is gone.`,
      `A contract with ${heir.name} begins at the price of its present offer: the first storage period is charged now.`,
      'What is left of the paid periods is not given back.'
    ],
    danger: true,
    order: { verb: 'declare-lost', machine: uuid, name, heir },
    back: null
  }
}

/** The question before the owner signs in place of the origin of a move. */
export function confirmVouch({ uuid, name, migration }: MachineView): ConfirmDialog {
  const origin = migration?.origin.name ?? 'its origin'
  const destination = migration?.destination.name ?? 'its destination'
  return {
    kind: 'confirm',
    title: `Vouch for the move of ${name} to ${destination}?`,
    lines: [
      `You say that what lies at ${destination} is ${name}; ${origin}, which it leaves, does not say so.`,
      `It moves there for good. Vouch only if you trust ${destination}.`
    ],
    danger: true,
    order: { verb: 'vouch', machine: uuid, name },
    back: null
  }
}

function titles(name: string): Record<EndVerb, string> {
  return {
    stop: `Stop ${name}?`,
    suspend: `Suspend ${name}?`,
    delete: `Delete ${name}?`,
    discard: `Discard ${name}?`,
    release: `Release ${name} without its host?`,
    'release-contract': `End the contract of ${name} without its host?`,
    'declare-lost': `Give ${name} and its host up for lost?`
  }
}

function consequences(machine: MachineView): Record<EndVerb, string[]> {
  const host = machine.holder?.name ?? 'its host'
  const kept = 'What is left of the paid periods is not given back.'
  const version = `Its version becomes ${machine.version + 1}. What is left of the paid period stays as credit.`
  const running = `Running costs $${machine.contract?.runningText ?? '0'}; storage goes on being charged.`
  return {
    stop: [
      'The guest is asked to power down; what is only in its memory is lost.',
      version,
      running
    ],
    suspend: [
      `Its memory (${machine.configuration.memoryMb} MB) is kept on the host's disk.`,
      version,
      running
    ],
    delete: [
      `Disk and memory at ${host} are destroyed: version ${machine.version} is lost for good.`,
      'Storage is charged no more; the period that is paid is not given back.'
    ],
    discard: [
      'Its registration is forgotten. Nothing is stored yet, so nothing else is lost.',
      `Bid: ${bidText(machine.bid)}`
    ],
    release: [
      `It counts as stopped at once, and running costs nothing more, whatever ${host} says.`,
      `What is only in its memory is lost. It cannot start or move before ${host} has sealed its disk.`
    ],
    'release-contract': [
      `The contract with ${host} ends at once and the machine is registered again.`,
      'Its disk and memory are lost; storage that is owed is paid first.',
      kept
    ],
    'declare-lost': [
      `The contract with ${host} ends at once, and what it stores is taken for lost.`,
      'The machine is registered again and can be stored elsewhere, empty.',
      kept
    ]
  }
}

function bidFields(name: string, storage: string, running: string): Field[] {
  return [
    { id: 'name', label: 'Name', line: lineOf(name) },
    { id: 'storage', label: 'Storage $/30 days', line: lineOf(storage) },
    { id: 'running', label: 'Running $/hour', line: lineOf(running) }
  ]
}

function freeName(stem: string, taken: readonly MachineView[]): string {
  const names = new Set(taken.map(machine => machine.name))
  for (let number = 1; number <= taken.length; number++)
    if (!names.has(`${stem}-${number}`)) return `${stem}-${number}`
  return `${stem}-${taken.length + 1}`
}

function orderTo(dialog: HostsDialog, match: MatchView): Order {
  const { purpose, machine, name } = dialog
  return { verb: purpose, machine, name, host: match.host, hostName: match.name }
}

function afterText(balance: string, price: string): string {
  const before = parseAmount(balance)
  const cost = parseAmount(price)
  if (before === null || cost === null) return `$${balance}`
  if (before < cost) return `$${balance}: too little, $${amountText(cost - before)} are missing`
  return `$${balance}, then $${amountText(before - cost)}`
}

/** A contract ends with the move, and with it what was paid in advance under it. */
function prepaidLines(machine: MachineView, nowMs: number): string[] {
  const { storageDueMs, runningCreditMs, holder } = machine
  const paid = [
    ...(storageDueMs === null ? [] : [`${durationText(storageDueMs - nowMs)} of storage`]),
    ...(runningCreditMs <= 0 ? [] : [`${durationText(runningCreditMs)} of running`])
  ]
  if (paid.length === 0) return []
  return [`Given up ${paid.join(' and ')} paid ahead at ${holder?.name ?? 'its host'}`]
}

function bytesToMove(machine: MachineView): string {
  const { storageMb, memoryMb } = machine.configuration
  const disk = `disk ${bytesText(storageMb * MIB)}`
  if (machine.state !== 'suspended') return `at most ${bytesText(storageMb * MIB)} (${disk})`
  const both = bytesText((storageMb + memoryMb) * MIB)
  return `at most ${both} (${disk}, memory ${bytesText(memoryMb * MIB)})`
}

function difference(machine: MachineView, match: MatchView, what: 'storage' | 'running'): string {
  if (machine.contract === null) return ''
  const from = contractRates(machine.contract)[what]
  return `, ${differenceText(from, contractRates(match.contract)[what])}`
}
