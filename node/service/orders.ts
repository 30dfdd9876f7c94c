import {
  type HostRecord,
  type MachineRecord,
  type MachineState,
  type OrderVerb,
  type Picodollars,
  statesAllowing
} from '../../ledger/index.ts'
import type { MachineAction, OperationView } from '../api/index.ts'
import { type MoveReport, moveMachine, type RequestOptions } from '../migration/index.ts'
import { carryOrder, OrderRefused } from '../owner/index.ts'
import type { ServiceContext } from './context.ts'
import { dollars, mine } from './machines.ts'
import { anyHost } from './names.ts'
import { refuse, refuseByCode } from './refuse.ts'
import { offerOf } from './search.ts'

/** How long an order may take in all; a large disk or memory on a slow host is minutes. */
const ORDER_PATIENCE_MS = 15 * 60_000
const MOVE_PATIENCE_MS = 24 * 3_600_000

export async function store(
  context: ServiceContext,
  input: { machine: string; host: string }
): Promise<OperationView> {
  const machine = await ready(context, input.machine, 'store')
  const host = await hostFor(context, input.host)
  const entry = offerOf(context, host.uuid)
  return order(context, 'store', machine, host.uuid, { offer: entry.signed })
}

/** `start` and `resume` carry the most that may be spent on running until the owner signs again. */
export async function run(
  context: ServiceContext,
  verb: 'start' | 'resume',
  input: { machine: string; spendLimit?: string | undefined }
): Promise<OperationView> {
  const machine = await ready(context, input.machine, verb)
  const spendLimit =
    input.spendLimit === undefined
      ? defaultSpendLimit(machine)
      : dollars(input.spendLimit, 'spend limit')
  return order(context, verb, machine, holderOf(machine), { spendLimit })
}

export async function simple(
  context: ServiceContext,
  verb: 'stop' | 'suspend' | 'delete',
  input: { machine: string }
): Promise<OperationView> {
  const machine = await ready(context, input.machine, verb)
  return order(context, verb, machine, holderOf(machine), {})
}

export async function move(
  context: ServiceContext,
  input: { machine: string; host: string; method?: string | undefined }
): Promise<OperationView> {
  const machine = await ready(context, input.machine, 'move')
  const host = await hostFor(context, input.host)
  if (host.uuid === machine.holder) {
    throw refuse(
      'MIGRATION_SAME_HOST',
      'failed',
      `${machine.configuration.name} is on ${host.name} already`
    )
  }
  const entry = offerOf(context, host.uuid)
  const method = input.method?.toUpperCase() ?? null
  const terms = { offer: entry.signed, method }
  return startMove(context, machine, (options, report) =>
    moveMachine(options, { machine, destination: host, terms }, report)
  )
}

/** A move as an operation, whose progress people see. */
export function startMove(
  context: ServiceContext,
  machine: MachineRecord,
  work: (options: RequestOptions, report: MoveReport) => Promise<void>
): Promise<OperationView> {
  const { submitter, clock } = context
  return context.operations.start({
    kind: 'move',
    machine: machine.uuid,
    owner: machine.owner,
    patienceMs: MOVE_PATIENCE_MS,
    run: progress => translated(work({ ...context.owner, submitter, clock }, progress))
  })
}

function order(
  context: ServiceContext,
  verb: OrderVerb,
  machine: MachineRecord,
  host: string,
  terms: {
    offer?: Parameters<typeof carryOrder>[1]['offer']
    spendLimit?: Picodollars
  }
): Promise<OperationView> {
  return context.operations.start({
    kind: verb,
    machine: machine.uuid,
    owner: machine.owner,
    patienceMs: ORDER_PATIENCE_MS,
    run: progress =>
      translated(
        carryOrder(
          context.owner,
          { verb, machine, host, offer: terms.offer ?? null, spendLimit: terms.spendLimit ?? null },
          progress.step,
          progress.signal
        )
      )
  })
}

/** The machine, if it is ours and the action is legal in its state; the sentence says what would be. */
async function ready(
  context: ServiceContext,
  wanted: string,
  action: MachineAction
): Promise<MachineRecord> {
  const machine = await mine(context, wanted)
  const legal: readonly MachineState[] = statesAllowing(action)
  if (!legal.includes(machine.state)) {
    throw refuse(
      'ILLEGAL_STATE',
      'failed',
      `${machine.configuration.name} is ${machine.state}; ${action} needs one that is ${legal.join(' or ')}`,
      `virtuoso machine show ${machine.configuration.name}`
    )
  }
  const running = context.operations.runningOn(machine.uuid)
  if (running !== null) {
    throw refuse(
      'BUSY',
      'failed',
      `operation ${running} is still under way on ${machine.configuration.name}`,
      `virtuoso operation watch ${running}`
    )
  }
  return machine
}

function holderOf(machine: MachineRecord): string {
  if (machine.holder === null)
    throw new Error(`machine ${machine.uuid} is ${machine.state} without a holder`)
  return machine.holder
}

/** Nearly always one of those who offer, and they are few; a beginning of a name may be anybody's on the ledger. */
export function hostFor({ ledger, market }: ServiceContext, wanted: string): Promise<HostRecord> {
  const named = market
    .offers()
    .filter(({ signed: { offer } }) => isCalled({ uuid: offer.host, name: offer.name }, wanted))
  const [only, another] = named
  return ledger.read(state => {
    const host = another === undefined ? only && state.host(only.signed.offer.host) : undefined
    // An offer may call its host anything; the ledger's name counts.
    return host !== undefined && isCalled(host, wanted) ? host : anyHost(state, wanted)
  })
}

function isCalled({ uuid, name }: Pick<HostRecord, 'uuid' | 'name'>, wanted: string): boolean {
  return uuid === wanted || name === wanted
}

/** A day of running: enough to work, little enough to lose to a host that lies about being up. */
function defaultSpendLimit(machine: MachineRecord): Picodollars {
  const contract = machine.contract
  if (contract === null) return 0n
  const periodsADay = Math.max(1, Math.ceil(86_400 / contract.runningPeriodS))
  return contract.runningPrice * BigInt(periodsADay)
}

async function translated(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (error instanceof OrderRefused) throw refuseByCode(error.code, error.message)
    throw error
  }
}
