/**
 * A node in memory that obeys: machines go through their states, operations end when they are told to
 * (`finish`) or, with `stepMs`, by themselves in small steps. It has the shape the UI asks for.
 */
import { Duplex, PassThrough } from 'node:stream'
import type {
  AccountView,
  BidView,
  ElectionView,
  EventView,
  Input,
  MachineView,
  Method,
  NodeStatus,
  OperationKind,
  OperationView,
  Output
} from '../../node/index.ts'
import type { NodePort } from '../../tui/ui/index.ts'
import { electionOf } from './fake-election.ts'
import { actionsIn, CATALOGUE, HOSTS, machineOf, START_MS, searchFor } from './fake-machines.ts'

const DAY_MS = 86_400_000
const MIB = 1024 * 1024
const STEPS = 10

export interface FakeOptions {
  readonly nowMs?: () => number
  /** Operations go on by themselves, a tenth each time; without it they wait for `finish`. */
  readonly stepMs?: number
}

export class FakeNodeClient implements NodePort {
  machines: MachineView[] = []
  operations: OperationView[] = []
  /** Set: every call is refused like this. */
  down: Error | null = null
  readonly calls: { method: Method; input: unknown }[] = []
  /** The guest's end of the last console. */
  guest: Duplex | null = null
  balance = '1000'
  election: ElectionView = electionOf(['alex', 'mary'])
  readonly #nowMs: () => number
  readonly #stepMs: number | null
  readonly #listeners: Set<(event: EventView) => void> = new Set()
  readonly #watchers: Map<string, Set<(operation: OperationView) => void>> = new Map()
  #sequence = 0

  constructor(options: FakeOptions = {}) {
    this.#nowMs = options.nowMs ?? (() => START_MS)
    this.#stepMs = options.stepMs ?? null
  }

  async call<M extends Method>(method: M, input: Input<M>): Promise<Output<M>> {
    this.calls.push({ method, input })
    if (this.down !== null) throw this.down
    return this.#answer(method, input as never) as Output<M>
  }

  watchOperation(
    id: string,
    onUpdate: (operation: OperationView) => void,
    signal?: AbortSignal
  ): Promise<OperationView> {
    return new Promise((resolve, reject) => {
      const tell = (operation: OperationView): void => {
        onUpdate(operation)
        if (operation.state !== 'running') resolve(operation)
      }
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
      const watchers = this.#watchers.get(id) ?? new Set()
      this.#watchers.set(id, watchers.add(tell))
      tell(this.#operation(id))
    })
  }

  events(_from: number, onEvent: (event: EventView) => void, signal: AbortSignal): Promise<void> {
    this.#listeners.add(onEvent)
    return new Promise(resolve => {
      signal.addEventListener('abort', () => {
        this.#listeners.delete(onEvent)
        resolve()
      })
    })
  }

  async console(machine: string): Promise<Duplex> {
    if (this.down !== null) throw this.down
    const found = this.#machine(machine)
    const [near, far] = pair()
    this.guest = far
    // The near end is destroyed when the console is left.
    far.on('error', () => {})
    far.write(`\r\n${found.name} login: counter 41\r\n`)
    far.on('data', (bytes: Buffer) => {
      if (bytes.toString().includes('bye')) far.end()
      else far.write(bytes)
    })
    return near
  }

  /** Progress of a running operation, 0 to 1. */
  progress(id: string, fraction: number): void {
    const bytesTotal = 178 * MIB
    const bytesDone = Math.floor(bytesTotal * fraction)
    const etaMs = Math.round((1 - fraction) * 8000)
    const progress = {
      bytesDone,
      bytesTotal,
      bytesReused: 0,
      bytesSent: bytesDone,
      rate: 22 * MIB,
      etaMs
    }
    this.#change({ ...this.#operation(id), step: 'sending blocks', progress })
  }

  /** Ends an operation well: the machine is in its next state. */
  finish(id: string): void {
    const operation = this.#operation(id)
    const machine = this.#machine(operation.machine ?? '')
    const after = this.#after(operation.kind, machine)
    this.machines = this.machines
      .map(one => (one.uuid === machine.uuid ? after : one))
      .filter(one => one.state !== 'deleted')
    this.#change({ ...operation, state: 'succeeded', step: 'done', endedAtMs: this.#nowMs() })
  }

  fail(id: string, message: string, hint: string): void {
    const operation = this.#operation(id)
    const machine = this.#machine(operation.machine ?? '')
    const state = operation.kind === 'move' ? 'suspended' : machine.state
    this.#put({ ...machine, state, actions: actionsIn(state), operation: null })
    const error = { code: 'HOST_REFUSED', class: 'failed', message, hint } as const
    this.#change({ ...operation, state: 'failed', error, endedAtMs: this.#nowMs() })
  }

  #answer(
    method: Method,
    input: { machine: string; host: string; move?: boolean; bid?: BidView }
  ): unknown {
    if (method === 'node.status') return this.#status()
    if (method === 'account.show') return account(this.balance)
    if (method === 'election.show') return this.election
    if (method === 'election.vote') return this.#vote(input as never)
    if (method === 'market.browse') return { configurations: CATALOGUE }
    if (method === 'machine.list') return { machines: this.machines }
    if (method === 'operation.list') return { operations: this.operations }
    if (method === 'machine.search')
      return searchFor(this.#machine(input.machine), input.move === true, input.bid)
    if (method === 'machine.create') return this.#create(input as never)
    if (method === 'machine.edit') return this.#edit(input as never)
    if (method === 'machine.raise-limit') return this.#raise(input as never)
    if (method === 'machine.release-contract') return this.#leave(this.#machine(input.machine))
    if (method === 'machine.declare-lost') return this.#declareLost(input as never)
    if (method === 'machine.vouch') {
      const { uuid, migration } = this.#machine(input.machine)
      return { machine: uuid, destination: migration?.destination }
    }
    if (method !== 'machine.discard')
      return this.#begin(method.slice('machine.'.length) as OperationKind, input)
    this.machines = this.machines.filter(one => one.uuid !== input.machine)
    return { discarded: input.machine }
  }

  #vote({ candidates }: Input<'election.vote'>): ElectionView {
    this.election = { ...this.election, ballot: { candidates, weight: this.balance } }
    return this.election
  }

  #create(input: Input<'machine.create'>): MachineView {
    const entry = CATALOGUE.find(one => one.configuration.name === input.configuration)
    if (entry === undefined) throw refusal('No such configuration.', 'Browse the market.')
    const digit = (this.machines.length + 1).toString(16)
    const average = entry.average ?? { storagePer30Days: '0', runningPerHour: '0' }
    const { storagePer30Days, runningPerHour } = { ...average, ...input.bid }
    const bid = { storagePer30Days, runningPerHour }
    const machine = machineOf(digit, input.name ?? 'machine', entry.configuration, bid)
    this.machines = [...this.machines, machine]
    return machine
  }

  #edit(input: Input<'machine.edit'>): MachineView {
    const machine = this.#machine(input.machine)
    return this.#put({
      ...machine,
      name: input.name ?? machine.name,
      bid: { ...machine.bid, ...input.bid }
    })
  }

  #raise({ machine, spendLimit }: Input<'machine.raise-limit'>): MachineView {
    return this.#put({ ...this.#machine(machine), spendLimit, halt: null })
  }

  #declareLost({ machine: id, heir }: Input<'machine.declare-lost'>): MachineView {
    const machine = this.#machine(id)
    const host = HOSTS.find(({ uuid }) => uuid === heir)
    if (host === undefined) return this.#leave(machine)
    const holder = { uuid: host.uuid, name: host.name, peer: '12D3KooWhost', silent: false }
    return this.#put({ ...machine, holder, copyAt: null, version: machine.version + 1 })
  }

  #leave(machine: MachineView): MachineView {
    const actions = actionsIn('registered')
    const gone = { holder: null, contract: null, root: null, sealed: false }
    const version = machine.version + 1
    return this.#put({ ...machine, ...gone, state: 'registered', version, actions })
  }

  #begin(kind: OperationKind, input: { machine: string; host?: string }): OperationView {
    const machine = this.#machine(input.machine)
    const id = `op-${this.operations.length + 1}`
    const operation: OperationView = {
      id,
      kind,
      machine: machine.uuid,
      owner: 'me',
      state: 'running',
      startedAtMs: this.#nowMs(),
      endedAtMs: null,
      deadlineMs: null,
      step: 'waiting for the host',
      progress: null,
      error: null,
      trail: []
    }
    this.#destination = input.host ?? null
    this.operations = [...this.operations, operation]
    const busy = `A ${kind} of it is under way.`
    const actions = machine.actions.map(({ action }) => ({ action, reason: busy }))
    const moving = kind === 'move' ? { state: 'migrating' } : {}
    this.#put({ ...machine, ...moving, actions, operation: id })
    if (this.#stepMs !== null) this.#goOn(id, 0, this.#stepMs)
    return operation
  }

  #destination: string | null = null
  /** A development network has none. */
  fees: { register: string; transaction: string } = { register: '0', transaction: '0' }

  #goOn(id: string, done: number, stepMs: number): void {
    setTimeout(() => {
      if (this.#operation(id).kind === 'move') this.progress(id, done / STEPS)
      if (done >= STEPS) this.finish(id)
      else this.#goOn(id, done + 1, stepMs)
    }, stepMs)
  }

  #after(kind: OperationKind, machine: MachineView): MachineView {
    const state = nextState(kind)
    const grows = kind !== 'start' && kind !== 'resume' && kind !== 'delete'
    const resting = kind === 'move' ? 'suspended' : state
    const host = HOSTS.find(one => one.uuid === this.#destination)
    const holder =
      host === undefined
        ? machine.holder
        : { uuid: host.uuid, name: host.name, peer: '12D3KooWhost', silent: false }
    return {
      ...machine,
      state: resting,
      version: machine.version + (grows ? 1 : 0),
      holder,
      contract: host?.contract ?? machine.contract,
      root: 'ef'.repeat(32),
      sealed: true,
      actions: actionsIn(resting),
      storageDueMs: this.#nowMs() + 30 * DAY_MS,
      runningDueMs: resting === 'started' ? this.#nowMs() + 3_600_000 : null,
      operation: null
    }
  }

  #put(machine: MachineView): MachineView {
    this.machines = this.machines.map(one => (one.uuid === machine.uuid ? machine : one))
    return machine
  }

  #change(operation: OperationView): void {
    this.operations = this.operations.map(one => (one.id === operation.id ? operation : one))
    for (const tell of this.#watchers.get(operation.id) ?? []) tell(operation)
    const event = { sequence: ++this.#sequence, atMs: this.#nowMs(), topic: 'operation' }
    for (const tell of this.#listeners) tell({ ...event, message: operation.step, fields: {} })
  }

  #operation(id: string): OperationView {
    const found = this.operations.find(one => one.id === id)
    if (found === undefined) throw refusal(`There is no operation ${id}.`, null)
    return found
  }

  #machine(id: string): MachineView {
    const found = this.machines.find(one => one.uuid === id || one.name === id)
    if (found === undefined) throw refusal(`There is no machine ${id}.`, 'List the machines.')
    return found
  }

  #status(): NodeStatus {
    return {
      name: 'buyer',
      version: '0.1.0',
      pid: 1,
      peer: '12D3KooWbuyer',
      addresses: [],
      roles: ['buyer'],
      network: 'a1b2c3d4'.repeat(8),
      networkName: 'loopback',
      dev: true,
      dataDir: 'buyer',
      uptimeMs: 60_000,
      rssBytes: 100 * MIB,
      ledger: {
        kind: 'light',
        height: 1234,
        timeMs: this.#nowMs(),
        stateRoot: '00'.repeat(32),
        behind: false
      },
      fees: this.fees,
      peers: 4,
      offers: 3,
      account: { id: 'cd'.repeat(16), name: 'maria', kind: 'buyer', balance: this.balance },
      hosts: []
    }
  }
}

function nextState(kind: OperationKind): string {
  if (kind === 'store') return 'stored'
  if (kind === 'stop') return 'stopped'
  if (kind === 'suspend') return 'suspended'
  return kind === 'delete' ? 'deleted' : 'started'
}

function account(balance: string): AccountView {
  return {
    id: 'cd'.repeat(16),
    name: 'maria',
    kind: 'buyer',
    balance,
    nonce: 1,
    machines: [],
    costPerDay: '0.05',
    costPerSecond: '0.00000056',
    incomePerDay: '0',
    incomePerSecond: '0',
    runwayDays: null
  }
}

/** An error as the real client throws it. */
export function refusal(message: string, hint: string | null): Error {
  return Object.assign(new Error(message), { code: 'REFUSED', class: 'failed', hint })
}

/** Two ends of one wire. */
function pair(): [Duplex, Duplex] {
  const there = new PassThrough()
  const back = new PassThrough()
  return [
    Duplex.from({ readable: back, writable: there }),
    Duplex.from({ readable: there, writable: back })
  ]
}
