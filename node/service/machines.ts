import {
  AmountError,
  type Bid,
  type Body,
  type Configuration,
  type MachineRecord,
  type Picodollars,
  parseDollars,
  type StateReader
} from '../../ledger/index.ts'
import type { Input, Output } from '../api/index.ts'
import { accountIn, accountOfKind, requireKind, type ServiceContext } from './context.ts'
import { ownMachine } from './names.ts'
import { refuse, refuseByCode } from './refuse.ts'
import { viewMachine } from './views.ts'

/** Registers a placeholder: a configuration and a bid, nothing on any host yet (2004 text, 5.1.2). */
export async function createMachine(
  context: ServiceContext,
  input: Input<'machine.create'>
): Promise<Output<'machine.create'>> {
  await requireKind(context, 'buyer')
  const chosen = await context.market.configuration(input.configuration)
  if (chosen === undefined) {
    throw refuse(
      'NOT_FOUND',
      'not-found',
      `no configuration is called "${input.configuration}"`,
      'virtuoso market browse'
    )
  }
  const before = await ownMachines(context)
  const names = new Set(before.map(nameOf))
  const name = input.name ?? firstFree(chosen.name, names)
  if (names.has(name)) {
    throw refuse(
      'NAME_TAKEN',
      'failed',
      `you have a machine called "${name}" already`,
      'choose another --name'
    )
  }
  const configuration: Configuration = { ...chosen, ...resourcesOf(input), name }
  const bid = bidFrom(input.bid, await context.market.averageFor(configuration))
  await submit(context, { type: 'register-machine', configuration, bid })
  const known = new Set(before.map(({ uuid }) => uuid))
  return context.ledger.read(state => {
    const created = [...state.machines(context.accountId)].find(
      machine => !known.has(machine.uuid) && nameOf(machine) === name
    )
    if (created === undefined) throw new Error(`machine ${name} was registered and is not there`)
    return view(state, context, created)
  })
}

export async function editMachine(
  context: ServiceContext,
  input: Input<'machine.edit'>
): Promise<Output<'machine.edit'>> {
  const machine = await mine(context, input.machine)
  const configuration: Configuration = {
    ...machine.configuration,
    ...resourcesOf(input),
    ...(input.name === undefined ? {} : { name: input.name })
  }
  const bid = bidFrom(input.bid, machine.bid)
  await submit(context, { type: 'edit-machine', machine: machine.uuid, configuration, bid })
  return showMine(context, machine.uuid)
}

export async function discardMachine(
  context: ServiceContext,
  input: Input<'machine.discard'>
): Promise<Output<'machine.discard'>> {
  const machine = await mine(context, input.machine)
  await submit(context, { type: 'discard-machine', machine: machine.uuid })
  return { discarded: machine.uuid }
}

export async function listMachines(
  context: ServiceContext,
  input: Input<'machine.list'>
): Promise<Output<'machine.list'>> {
  return context.ledger.read(state => {
    const machines =
      input.all === true ? state.machines() : state.machines(accountIn(state, context).id)
    return { machines: [...machines].map(machine => view(state, context, machine)) }
  })
}

export async function showMachine(
  context: ServiceContext,
  input: Input<'machine.show'>
): Promise<Output<'machine.show'>> {
  // Reading is open to everybody: the ledger is public. Acting is not.
  return context.ledger.read(state => {
    const public_ = state.machine(input.machine)
    return view(state, context, public_ ?? mineIn(state, context, input.machine))
  })
}

export function mine(context: ServiceContext, wanted: string): Promise<MachineRecord> {
  return context.ledger.read(state => mineIn(state, context, wanted))
}

/** The same, of a state that is being read. */
export function mineIn(state: StateReader, context: ServiceContext, wanted: string): MachineRecord {
  const account = accountOfKind(state, context, 'buyer')
  return ownMachine(state, account.id, wanted)
}

export function showMine(context: ServiceContext, wanted: string): Promise<Output<'machine.show'>> {
  return context.ledger.read(state => view(state, context, mineIn(state, context, wanted)))
}

export function view(
  state: StateReader,
  { operations }: ServiceContext,
  machine: MachineRecord
): Output<'machine.show'> {
  return viewMachine(state, machine, operations.runningOn(machine.uuid))
}

function ownMachines({ ledger, accountId }: ServiceContext): Promise<readonly MachineRecord[]> {
  return ledger.read(state => [...state.machines(accountId)])
}

/** Shorter than the API's own patience, so that the caller hears why. A block takes milliseconds. */
const SUBMIT_MS = 25_000

export async function submit(context: ServiceContext, body: Body): Promise<void> {
  const outcome = await context.submitter.submit(body, AbortSignal.timeout(SUBMIT_MS))
  if (!outcome.ok) throw refuseByCode(outcome.code, outcome.message)
}

/** An amount typed by a person. */
export function dollars(text: string, what: string): Picodollars {
  try {
    return parseDollars(text)
  } catch (error) {
    if (!(error instanceof AmountError)) throw error
    throw refuse(error.code, 'usage', `${what}: ${error.message}`, 'write it as 1.25')
  }
}

export function bidFrom(
  given: { storagePer30Days?: string | undefined; runningPerHour?: string | undefined } | undefined,
  standing: Bid | null
): Bid {
  const storage = given?.storagePer30Days
  const running = given?.runningPerHour
  if ((storage === undefined || running === undefined) && standing === null) {
    throw refuse(
      'BID_MISSING',
      'usage',
      'nobody offers this configuration now, so there is no average to bid by',
      'give --bid-storage and --bid-running'
    )
  }
  return {
    storagePer30Days:
      storage === undefined ? (standing?.storagePer30Days ?? 0n) : dollars(storage, 'storage bid'),
    runningPerHour:
      running === undefined ? (standing?.runningPerHour ?? 0n) : dollars(running, 'running bid')
  }
}

function resourcesOf(input: {
  speed?: number | undefined
  memoryMb?: number | undefined
  storageMb?: number | undefined
}): Partial<Configuration> {
  const { speed, memoryMb, storageMb } = input
  return {
    ...(speed === undefined ? {} : { speed }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(storageMb === undefined ? {} : { storageMb })
  }
}

function nameOf(machine: MachineRecord): string {
  return machine.configuration.name
}

function firstFree(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  for (let n = 2; ; n++) {
    if (!taken.has(`${name}-${n}`)) return `${name}-${n}`
  }
}
