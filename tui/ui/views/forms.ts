import { type Area, clip, type Frame, pad, textWidth, wrap } from '../screen/index.ts'
import {
  type BidDialog,
  durationText,
  fieldProblem,
  fieldText,
  type HostsDialog,
  type LimitDialog,
  type Line,
  orderFeeLines,
  orderLine,
  problemText,
  quoted,
  saveFeeLines,
  spendLimitMeaning,
  spendLimitProblem,
  type UiState
} from '../state/index.ts'
import { dialogBox } from './dialog-box.ts'

const LABEL = 21
const FORM = 76

/** Name and bid, each field with what is wrong with it beneath. */
export function putBid(frame: Frame, space: Area, state: UiState, dialog: BidDialog): void {
  const title = titleOf(dialog)
  const inside = dialogBox(frame, space, title, FORM, 15)
  const right = inside.x + inside.width
  const fee = dialog.search === null ? saveFeeLines(state, dialog.machine === null) : []
  let y = inside.y
  for (const line of [...wrap(averageText(dialog), inside.width).slice(0, 2), ...fee])
    frame.put(inside.x, y++, line, 'dim', right)
  for (const [index, field] of dialog.fields.entries()) {
    const focused = index === dialog.focus && !dialog.busy
    putField(frame, { ...inside, y: ++y, height: 1 }, field.label, field.line, focused)
    const problem = fieldProblem(field)
    if (problem !== null) frame.put(inside.x + 2, ++y, `! ${problem}`, 'bad', right)
  }
  y += 2
  for (const line of wrap(statusText(dialog), inside.width).slice(0, 3))
    if (y < inside.y + inside.height)
      frame.put(inside.x, y++, line, dialog.problem === null ? 'dim' : 'bad', right)
}

const LIMIT_VERBS: Readonly<Record<LimitDialog['verb'], string>> = {
  start: 'Start',
  resume: 'Resume',
  'raise-limit': 'Raise the limit of'
}

/** The spend limit, with what it means. */
export function putLimit(frame: Frame, space: Area, state: UiState, dialog: LimitDialog): void {
  const { contract, creditMs, balance, before, line } = dialog
  const inside = dialogBox(frame, space, `${LIMIT_VERBS[dialog.verb]} ${dialog.name}`, FORM, 13)
  const right = inside.x + inside.width
  const credit = creditMs > 0 ? `, after ${durationText(creditMs)} that are already paid` : ''
  const texts = [
    `Running costs $${contract.runningText}, charged at the beginning of each period${credit}.`,
    dialog.verb === 'raise-limit'
      ? `$${before.spent} of $${before.limit} are spent. When the new limit is reached the host suspends the machine.`
      : 'When the charges from now on reach the limit, the host suspends it; nothing is lost.',
    ...orderFeeLines(state, dialog.verb)
  ]
  let y = inside.y
  for (const text of texts.flatMap(text => wrap(text, inside.width)))
    frame.put(inside.x, y++, text, 'plain', right)
  putField(frame, { ...inside, y: ++y, height: 1 }, 'Spend limit $', line, true)
  const problem = spendLimitProblem(line.text, contract, before)
  if (problem !== null) frame.put(inside.x + 2, ++y, `! ${problem}`, 'bad', right)
  else
    frame.put(
      inside.x + 2,
      ++y,
      spendLimitMeaning(line.text, contract, balance, before.spent),
      'dim',
      right
    )
  const { machine, name } = dialog
  const command = orderLine({ verb: dialog.verb, machine, name, spendLimit: line.text })
  frame.put(
    inside.x,
    inside.y + inside.height - 1,
    clip(`$ ${command}`, inside.width),
    'dim',
    right
  )
}

/** A label and a line being edited; the part around the cursor is shown. */
export function putField(
  frame: Frame,
  area: Area,
  label: string,
  line: Line,
  focused: boolean
): void {
  const labelWidth = label === '' ? 0 : Math.min(LABEL, Math.floor(area.width * 0.6))
  frame.put(
    area.x,
    area.y,
    pad(`${focused ? '>' : ' '} ${label}`, labelWidth),
    focused ? 'key' : 'plain'
  )
  const x = area.x + labelWidth
  const room = area.x + area.width - x
  const characters = Array.from(line.text)
  let from = 0
  while (from < line.at && textWidth(characters.slice(from, line.at).join('')) >= room) from++
  const shown = pad(characters.slice(from).join(''), room)
  frame.put(x, area.y, shown, focused ? 'fieldFocus' : 'field', area.x + area.width)
  if (focused)
    frame.cursor = { x: x + textWidth(characters.slice(from, line.at).join('')), y: area.y }
}

function averageText(dialog: BidDialog): string {
  const { memoryMb, storageMb, speed, os } = dialog.configuration
  const what = `${os}, ${speed} bogomips, ${memoryMb} MB memory, ${storageMb} MB disk.`
  const { average, search } = dialog
  if (search !== null)
    return 'The most a host may ask in this search. Nothing is written: what you sign is the price of the host you choose.'
  if (dialog.machine !== null) return `${what} Your bid is the most a host may ask.`
  if (average === null)
    return `${what} No host can take it now, so there is no average to start from.`
  return `${what} The bid is the most a host may ask; filled in: the mean of ${average.providers} hosts.`
}

function statusText(dialog: BidDialog): string {
  if (dialog.busy) return 'Writing it to the ledger…'
  if (dialog.problem !== null) return problemText(dialog.problem)
  if (dialog.search !== null) return `$ ${searchLine(dialog, dialog.search)}`
  const verb = dialog.machine === null ? 'create' : 'edit'
  const subject = quoted(dialog.machine ?? dialog.configuration.name)
  const name = ` --name ${quoted(fieldText(dialog, 'name'))}`
  return `$ virtuoso machine ${verb} ${subject}${name}${bidFlags(dialog)}`
}

function searchLine(dialog: BidDialog, { name, purpose }: HostsDialog): string {
  const move = purpose === 'move' ? ' --move' : ''
  return `virtuoso machine search ${quoted(name)}${move}${bidFlags(dialog)}`
}

function bidFlags(dialog: BidDialog): string {
  return ` --bid-storage ${fieldText(dialog, 'storage')} --bid-running ${fieldText(dialog, 'running')}`
}

function titleOf({ machine, search, configuration }: BidDialog): string {
  if (search !== null) return `Hosts for ${search.name}: another bid`
  return machine === null ? `New ${configuration.name}` : 'Edit machine'
}
