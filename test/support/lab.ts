/**
 * A small market of real processes on loopback: one `virtuoso node run` for each participant, each with a data
 * directory of its own, driven through the `virtuoso` command or the node's API as a person would.
 * Whatever happens, `close` ends every node and every guest of the laboratory and removes its folder.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  type ApiErrorBody,
  connect,
  type MachineView,
  type NodeClient,
  type NodeStatus,
  type OperationView
} from '../../node/client.ts'
import { createIdentity, type Identity, loadIdentity } from '../../node/identity/index.ts'
import { initNode, loadGenesis, systemClock } from '../../node/index.ts'
import { endGuestsOf } from '../../tui/first-run/leftovers.ts'

export const PASSWORD = 'correct horse'
/** Keys of a laboratory need no slow password. */
const CHEAP_SCRYPT = { n: 2, r: 1, p: 1 }
const LOOPBACK = ['/ip4/127.0.0.1/tcp/0']
const CUT_OFF = new URL('./cut-off-main.js', import.meta.url)
const CRASH = new URL('./crash-main.js', import.meta.url)
const PROGRAM = fileURLToPath(new URL('../../tui/main.js', import.meta.url))
/** Two cores shared by five nodes and a compiler: far more than a quiet machine needs. */
const PATIENCE_MS = 60_000
const LOOK_EVERY_MS = 50

export type LabRole = 'coordinator' | 'provider' | 'buyer' | 'observer'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface LabOptions {
  /** Default: the development genesis's own. */
  readonly parameters?: {
    readonly signupGrant?: string
    readonly migrationDeadlineMs?: number
    readonly migrationHardLimitMs?: number
    readonly alivePeriodMs?: number
    readonly leaseMs?: number
    readonly graceMs?: number
    readonly openFee?: string
    readonly registerFee?: string
    readonly transactionFee?: string
    readonly election?: {
      readonly epochBlocks: number
      readonly epochMs: number
      readonly tallyBlocks: number
      /** Dollars. */
      readonly bond: string
      readonly turnoutPercent: number
      readonly sizeMax: 1 | 4 | 7
      readonly silenceViews: number
    }
  }
  /** Names of the coordinators beside `judy`; default none. */
  readonly colleagues?: readonly string[]
  /** Folder of the preconfigured images, for guests of real QEMU. */
  readonly images?: string
  /** Of every node, besides what the lab itself says. */
  readonly environment?: Readonly<Record<string, string>>
  /** Its nodes can be cut off from their network. */
  readonly cuttable?: boolean
  /** Its nodes note each effect of a move, and can be told to die before one. */
  readonly crashable?: boolean
}

export interface LabNodeOptions {
  readonly role: LabRole
  /** Default: light for a buyer. */
  readonly ledger?: 'light' | 'full'
  /** Default: the fake one. */
  readonly vmm?: { readonly kind: 'qemu' | 'fake'; readonly binary?: string }
  readonly listen?: readonly string[]
  /** Makes the data directory only. */
  readonly asleep?: boolean
}

/** Cheap ones by default. */
export interface LabPrices {
  readonly speedPrice?: string
  readonly memoryPrice?: string
  readonly storagePrice?: string
  readonly runningPeriodS?: number
}

export class Lab {
  readonly dir: string
  readonly #options: LabOptions
  readonly #nodes = new Map<string, LabNode>()
  #bootstrap: string | undefined
  #failed = false

  private constructor(dir: string, options: LabOptions) {
    this.dir = dir
    this.#options = options
  }

  /** A laboratory whose coordinator, `judy`, runs. */
  static async open(options: LabOptions = {}): Promise<Lab> {
    const lab = new Lab(await mkdtemp(join(tmpdir(), 'virtuoso-lab-')), options)
    try {
      const judy = await lab.add('judy', { role: 'coordinator', asleep: true })
      await changeGenesis(judy.genesis, options.parameters ?? {})
      await judy.start()
      for (const name of options.colleagues ?? []) await lab.add(name, { role: 'coordinator' })
      return lab
    } catch (error) {
      lab.#failed = true
      await lab.close()
      throw error
    }
  }

  get coordinator(): LabNode {
    return this.node('judy')
  }

  node(name: string): LabNode {
    const node = this.#nodes.get(name)
    if (node === undefined) throw new Error(`nobody in this laboratory is called ${name}`)
    return node
  }

  /** Makes a participant; awake ones have reached the network and the head of the ledger. */
  async add(name: string, options: LabNodeOptions): Promise<LabNode> {
    const { role, ledger, vmm = { kind: 'fake' }, listen = LOOPBACK } = options
    const dir = join(this.dir, name)
    const first = name === 'judy'
    const bootstrap = first ? [] : [await this.bootstrap()]
    await initNode({
      dir,
      name,
      roles: [role],
      ledger,
      listen,
      bootstrap,
      vmm: { stopPatienceS: 5, accelerator: 'tcg', ...vmm },
      genesis: first ? 'new-development' : await loadGenesis(this.coordinator.genesis),
      coordinators: first ? await this.#colleagues() : [],
      // They are asked for in the parameters.
      epochBlocks: 0,
      password: PASSWORD,
      clock: systemClock,
      cost: CHEAP_SCRYPT
    })
    const { images, cuttable, crashable, environment } = this.#options
    const node = new LabNode(name, dir, {
      ...environment,
      ...(images === undefined ? {} : { VIRTUOSO_IMAGES: images }),
      ...(cuttable === true ? { NODE_OPTIONS: `--import=${CUT_OFF.href}` } : {}),
      ...(crashable === true ? { NODE_OPTIONS: `--import=${CRASH.href}` } : {})
    })
    this.#nodes.set(name, node)
    if (options.asleep !== true) await node.start()
    return node
  }

  /** The other coordinators' keys are made before the genesis that names them. */
  #colleagues(): Promise<{ name: string; key: string }[]> {
    const made = (this.#options.colleagues ?? []).map(async name => {
      const dir = join(this.dir, name, 'identity')
      await mkdir(join(this.dir, name), { recursive: true })
      const { node } = await createIdentity({ dir, password: PASSWORD, cost: CHEAP_SCRYPT })
      return { name, key: node.publicKey }
    })
    return Promise.all(made)
  }

  /** An awake participant with an account of its own name. */
  async join(
    name: string,
    options: LabNodeOptions & { role: 'buyer' | 'provider' }
  ): Promise<LabNode> {
    const node = await this.add(name, options)
    await node.client.call('account.open', { name, kind: options.role })
    return node
  }

  /** The coordinator's address, which everybody else starts from. */
  async bootstrap(): Promise<string> {
    this.#bootstrap ??= await addressOf(this.coordinator)
    return this.#bootstrap
  }

  /** Runs a scenario; if it fails, `close` prints what the nodes said. */
  async watching(scenario: () => Promise<void>): Promise<void> {
    try {
      await scenario()
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  /** Ends everything. */
  async close(): Promise<void> {
    if (this.#failed) for (const node of this.#nodes.values()) node.printLog()
    await Promise.all([...this.#nodes.values()].map(node => node.kill()))
    await endGuestsOf(this.dir)
    await rm(this.dir, { recursive: true, force: true })
  }
}

/** `test` for the scenarios of one laboratory. */
export function scenarios(lab: () => Lab): (name: string, scenario: () => Promise<void>) => void {
  return (name, scenario) => {
    void test(name, () => lab().watching(scenario))
  }
}

/** One participant: its data directory, and its process while it runs. */
export class LabNode {
  readonly name: string
  readonly dir: string
  readonly client: NodeClient
  readonly #env: Readonly<Record<string, string>>
  #child: ChildProcess | undefined
  #log = ''

  constructor(name: string, dir: string, env: Readonly<Record<string, string>>) {
    this.name = name
    this.dir = dir
    this.client = connect({ dir })
    this.#env = env
  }

  get genesis(): string {
    return join(this.dir, 'genesis.json')
  }

  get log(): string {
    return this.#log
  }

  /** Of its process; null while it does not run. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  identity(): Promise<Identity> {
    return loadIdentity({ dir: join(this.dir, 'identity'), password: PASSWORD })
  }

  /** Starts the node; resolves when it answers and, but for the coordinator, has caught up with the ledger. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM, 'node', 'run'], {
      env: this.#environment({}),
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.#child = child
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        this.#log += chunk.toString()
        if (this.#log.includes('ready: ')) resolve()
      })
      child.stderr.on('data', (chunk: Buffer) => {
        this.#log += chunk.toString()
      })
      child.once('error', reject)
      child.once('exit', code => reject(new Error(`${this.name} ended with ${code}: ${this.#log}`)))
    })
    if (this.name !== 'judy') await this.reached()
    await this.#keepPort()
  }

  /** Starts a host again that was killed; resolves when `buyer` has heard its new offer and can reach it. */
  async restart(buyer: LabNode): Promise<void> {
    const sinceMs = Date.now()
    await this.start()
    const { peer } = await this.client.call('node.status', {})
    await eventually(
      `the host of ${this.name} is back`,
      () => buyer.client.call('offer.list', {}),
      ({ offers }) =>
        offers.some(offer => offer.peer === peer && offer.issuedAtMs >= sinceMs && offer.online)
    )
  }

  /** A node of a person listens on the same port every time; others have its address. */
  async #keepPort(): Promise<void> {
    const path = join(this.dir, 'node.json')
    const { addresses } = await this.client.call('node.status', {})
    const listen = addresses.map(address => address.replace(/\/p2p\/.*$/, ''))
    const config = JSON.parse(await readFile(path, 'utf8')) as object
    await writeFile(path, JSON.stringify({ ...config, listen }))
  }

  async reached(): Promise<NodeStatus> {
    return eventually(
      `${this.name} reaches the network`,
      () => this.client.call('node.status', {}),
      status => status.peers > 0 && !status.ledger.behind
    )
  }

  /** Stops its clock, so that others meet it in the middle of whatever it does; `thaw` lets it go on. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Pulls its cable out (laboratories that are `cuttable`), or puts it in again. */
  pullCable(): void {
    this.#child?.kill('SIGUSR2')
  }

  plugCable(): void {
    this.#child?.kill('SIGUSR2')
  }

  /** Resolves when the process has ended by itself; false after `ms`. */
  async ended(ms: number): Promise<boolean> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return true
    const signal = AbortSignal.timeout(ms)
    return once(child, 'exit', { signal })
      .then(() => true)
      .catch(() => false)
  }

  /** As a power cut would: no good-bye, nothing is written any more. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** Types a command line; its words have no spaces. */
  async virtuoso(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const child = spawn(process.execPath, [PROGRAM, ...line.split(' ')], {
      env: this.#environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE_MS * 2
    })
    const said = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said.stderr += chunk.toString()
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code: code ?? -1, ...said }
  }

  /** Requires that a command succeeds; what it printed as JSON. */
  async ask<T>(line: string): Promise<T> {
    const ran = await this.virtuoso(`${line} --json`)
    assert.equal(ran.code, 0, `${this.name}: virtuoso ${line}: ${ran.stderr}`)
    return JSON.parse(ran.stdout) as T
  }

  /**
   * Requires that a command is refused as `expected`, and that a person reads a plain sentence: the same words
   * with `--json` and without, no stack.
   */
  async refused(
    line: string,
    expected: Refused,
    env: Readonly<Record<string, string>> = {}
  ): Promise<ApiErrorBody> {
    const ran = await this.virtuoso(`${line} --json`, env)
    const told = `${this.name}: virtuoso ${line} gave ${ran.code}: ${ran.stderr}${ran.stdout}`
    assert.equal(ran.code, expected.exit, told)
    const last = ran.stderr.trimEnd().split('\n').at(-1) ?? ''
    assert.match(last, /^\{.*\}$/, told)
    const body = JSON.parse(last) as ApiErrorBody
    assert.equal(body.code, expected.code, told)
    assert.match(body.message, expected.says, told)
    if (expected.hints !== undefined) assert.match(body.hint ?? '', expected.hints, told)
    assert.doesNotMatch(body.message, /\n\s+at /, 'a person is not shown a stack')
    return body
  }

  /** Runs an order to its end, whatever that is. */
  async carry(started: Promise<OperationView>): Promise<OperationView> {
    const { id } = await started
    return this.client.watchOperation(id, () => undefined, AbortSignal.timeout(PATIENCE_MS))
  }

  machine(wanted: string): Promise<MachineView> {
    return this.client.call('machine.show', { machine: wanted })
  }

  printLog(): void {
    process.stderr.write(`--- ${this.name} (${this.dir})\n${this.#log}\n`)
  }

  #environment(change: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    return {
      ...process.env,
      ...this.#env,
      VIRTUOSO_HOME: this.dir,
      VIRTUOSO_PASSWORD: PASSWORD,
      NO_COLOR: '1',
      ...change
    }
  }
}

export interface Refused {
  readonly exit: number
  readonly code: string
  readonly says: RegExp
  readonly hints?: RegExp
}

/** Asks again until the answer is so: gossip, blocks and guests take their moment. */
export async function eventually<T>(
  promise: string,
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  patienceMs: number = PATIENCE_MS
): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    if (performance.now() > deadline) {
      assert.fail(`${promise}: not so after ${patienceMs} ms; it is ${show(answer)}`)
    }
    await pause(LOOK_EVERY_MS)
  }
}

/** A provider puts its machine on the market; resolves when `buyers` can store there. */
export async function addHost(
  provider: LabNode,
  name: string,
  buyers: readonly LabNode[],
  wish: LabPrices & { readonly speed?: number; readonly storageMb?: number } = {}
): Promise<void> {
  const { speed = 8000, storageMb = 500, ...prices } = wish
  await provider.client.call('host.add', {
    name,
    prices: {
      speedUnit: 1,
      speedPrice: '0.000000001',
      memoryUnitMb: 4,
      memoryPrice: '0.000000001',
      storageUnitMb: 1000,
      storagePrice: '0.01',
      runningPeriodS: 3600,
      storagePeriodDays: 30,
      ...prices
    },
    totals: { speed, memoryMb: 512, storageMb }
  })
  for (const buyer of buyers) {
    await eventually(
      `${buyer.name} hears of ${name}`,
      () => buyer.client.call('offer.list', {}),
      ({ offers }) => offers.some(offer => offer.name === name)
    )
  }
}

async function addressOf(node: LabNode): Promise<string> {
  const { addresses, peer } = await node.client.call('node.status', {})
  const [address] = addresses
  if (address === undefined) throw new Error(`${node.name} listens nowhere`)
  return address.includes('/p2p/') ? address : `${address}/p2p/${peer}`
}

async function changeGenesis(path: string, change: NonNullable<LabOptions['parameters']>) {
  const genesis = JSON.parse(await readFile(path, 'utf8')) as { parameters: object }
  const parameters = { ...genesis.parameters, ...change }
  await writeFile(path, JSON.stringify({ ...genesis, parameters }))
}

function show(value: unknown): string {
  const bigints = (_: string, each: unknown) => (typeof each === 'bigint' ? `${each}` : each)
  return JSON.stringify(value, bigints).slice(0, 600)
}

export async function uuidOf(buyer: LabNode, name: string): Promise<string> {
  const { machines } = await buyer.client.call('machine.list', {})
  return machines.find(machine => machine.name === name)?.uuid ?? assert.fail(`no ${name}`)
}
