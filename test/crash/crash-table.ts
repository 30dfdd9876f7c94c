/**
 * Ends a process before an effect of a move, on nodes that are processes of their own, and looks at what is left when
 * all are back: one runnable copy, a version that has not gone back, a settled escrow, and nothing lying about.
 */
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CrashAt } from '../support/crash-main.ts'
import { debianMini } from '../support/debian-mini.ts'
import { addHost, eventually, Lab, type LabNode } from '../support/lab.ts'

export interface CrashStep {
  /** Who dies. */
  readonly victim: Role
  /** Before whose effect, as the machines of `protocols/vmmp` name it: the coordinator dies in another's step. */
  readonly role: Exclude<Role, 'coordinator'>
  readonly effect: string
  /** A machine has some effects more than once in one move. */
  readonly nth: number
}

export interface CrashRow {
  /** `nameOfStep`. */
  readonly step: string
  /** Whether the process died there. */
  readonly died: boolean
  readonly outcome: 'arrived' | 'stayed'
  readonly version: number
  /** Everything that is wrong; empty when all is well. */
  readonly wrongs: readonly string[]
}

export const ROLES = ['requester', 'destination', 'origin', 'coordinator'] as const
export type Role = (typeof ROLES)[number]

const BID = '--bid-storage 10 --bid-running 1'
const DEADLINE_MS = 15_000
const HOSTS = { alex: 'virt17', peter: 'virt13' } as const
const OVER_MS = 90_000
const AFTERWARDS_MS = 8_000

/** A buyer, two hosts and a machine that goes to and fro between them. */
export class CrashTable {
  readonly #lab: Lab
  readonly #isReal: boolean

  private constructor(lab: Lab, isReal: boolean) {
    this.#lab = lab
    this.#isReal = isReal
  }

  static async open(kind: 'qemu' | 'fake'): Promise<CrashTable> {
    const images = kind === 'qemu' ? { images: (await debianMini()).folder } : {}
    const parameters = { migrationDeadlineMs: DEADLINE_MS }
    const lab = await Lab.open({ ...images, parameters, crashable: true })
    const table = new CrashTable(lab, kind === 'qemu')
    const maria = await lab.join('maria', { role: 'buyer' })
    for (const [name, host] of Object.entries(HOSTS)) {
      const node = await lab.join(name, { role: 'provider', vmm: { kind } })
      await addHost(node, host, [maria])
    }
    const configuration = kind === 'qemu' ? 'debian-mini' : 'Configuration10'
    await maria.ask(`machine create ${configuration} --name web1 ${BID}`)
    await maria.ask('machine store web1 --host virt17')
    if (kind === 'qemu') {
      await maria.ask('machine start web1')
      await table.#counter()
      await maria.ask('machine suspend web1')
    }
    return table
  }

  /** The steps of a move in which nobody dies: each is one for the role itself and one for the coordinator. */
  async steps(): Promise<readonly CrashStep[]> {
    const { from, to } = await this.#places()
    await this.#maria.ask(`machine move web1 --host ${HOSTS[to]}`)
    const logs = await Promise.all(
      (['maria', to, from] as const).map(name => effectsOf(this.#lab.node(name)))
    )
    const own = logs.flatMap(stepsIn)
    return [...own, ...own.map(step => ({ ...step, victim: 'coordinator' as const }))]
  }

  /**
   * A move in which a process dies before an effect, and is started again. The machine has run since it was at the
   * destination; with `asItLeft` it comes back there as it went away, and finds all its bytes.
   */
  async crash(
    step: CrashStep,
    { asItLeft = false }: { readonly asItLeft?: boolean } = {}
  ): Promise<CrashRow> {
    const { from, to } = await this.#places()
    if (asItLeft) await this.#thereAndBack(from, to)
    const before = await this.#maria.machine('web1')
    const counted = this.#count
    const names = {
      requester: 'maria',
      origin: from,
      destination: to,
      coordinator: 'judy'
    } as const
    const nodes = {
      victim: this.#lab.node(names[step.victim]),
      acting: this.#lab.node(names[step.role])
    }
    const died = await this.#moveAndDie(nodes, step, to)
    const after = await this.#settled()
    const outcome = after.holder?.name === HOSTS[to] ? 'arrived' : 'stayed'
    const wrongs = await this.#wrongs(outcome, before.version, counted)
    return { step: nameOfStep(step), died, outcome, version: after.version, wrongs }
  }

  async close(): Promise<void> {
    await this.#lab.close()
  }

  get #maria(): LabNode {
    return this.#lab.node('maria')
  }

  async #thereAndBack(from: keyof typeof HOSTS, to: keyof typeof HOSTS): Promise<void> {
    await this.#maria.ask(`machine move web1 --host ${HOSTS[to]}`)
    await this.#maria.ask(`machine move web1 --host ${HOSTS[from]}`)
    // The last effects come when the owner has long been told: nobody is to die before one of these.
    for (const [name, last] of [
      [from, 'destination send-resp'],
      [to, 'origin forget']
    ] as const) {
      const node = this.#lab.node(name)
      await eventually(
        `${name} has done its part`,
        () => effectsOf(node),
        lines => lines.at(-1) === last
      )
    }
  }

  async #moveAndDie(
    { victim, acting }: { readonly victim: LabNode; readonly acting: LabNode },
    { role, effect, nth }: CrashStep,
    to: keyof typeof HOSTS
  ): Promise<boolean> {
    const at: CrashAt = { role, effect, nth, pid: victim === acting ? null : victim.pid }
    await writeFile(join(acting.dir, 'crash-at'), JSON.stringify(at))
    const moving = this.#maria.virtuoso(`machine move web1 --host ${HOSTS[to]} --json`)
    // The last effects come when the owner has long been told.
    const died = await Promise.race([
      victim.ended(OVER_MS),
      moving.then(() => victim.ended(AFTERWARDS_MS))
    ])
    await rm(join(acting.dir, 'crash-at'), { force: true })
    if (died) {
      if (victim.name in HOSTS) await victim.restart(this.#maria)
      else await victim.start()
    }
    await moving
    return died
  }

  /** The machine and its move as they are when the ledger has decided. */
  async #settled() {
    return eventually(
      'the move is over on the ledger',
      () => this.#maria.machine('web1'),
      ({ state, migration }) => state !== 'migrating' && migration === null
    )
  }

  async #wrongs(
    outcome: CrashRow['outcome'],
    version: number,
    counted: number
  ): Promise<readonly string[]> {
    const wrongs: string[] = []
    const now = await this.#maria.machine('web1')
    const expected = outcome === 'arrived' ? version + 1 : version
    if (now.version !== expected) wrongs.push(`version ${now.version}, expected ${expected}`)
    const audit = await this.#lab.coordinator.virtuoso('audit --json')
    if (audit.code !== 0) wrongs.push(`the audit finds a fault: ${audit.stdout}`)
    // The proof that the copy is the machine, and that there is one: it runs where the ledger says.
    const verb = now.state === 'suspended' ? 'resume' : 'start'
    const started = await this.#maria.virtuoso(`machine ${verb} web1 --json`)
    if (started.code !== 0) wrongs.push(`it does not ${verb}: ${started.stderr}`)
    else if (this.#isReal) {
      const isOn = await eventually(
        'the guest counts on',
        () => this.#counter(),
        count => count > counted
      ).catch(() => null)
      if (isOn === null) wrongs.push(`the guest does not count on after ${counted}`)
      await this.#maria.ask('machine suspend web1')
    } else await this.#maria.ask('machine stop web1')
    wrongs.push(...(await this.#leftovers()))
    return wrongs
  }

  async #leftovers(): Promise<readonly string[]> {
    const found: string[] = []
    for (const name of Object.keys(HOSTS)) {
      const incoming = join(this.#lab.node(name).dir, 'vmm', 'incoming')
      const names = existsSync(incoming) ? await readdir(incoming) : []
      found.push(...names.map(each => `${name} keeps half a copy: ${each}`))
    }
    return found
  }

  async #places(): Promise<{ from: keyof typeof HOSTS; to: keyof typeof HOSTS }> {
    const { holder } = await this.#maria.machine('web1')
    return holder?.name === HOSTS.alex
      ? { from: 'alex', to: 'peter' }
      : { from: 'peter', to: 'alex' }
  }

  /** What the guest counts now, and goes on counting. */
  async #counter(): Promise<number> {
    const words = 'console web1 -t serial --seconds 60 --until counter'
    const { stdout } = await this.#maria.virtuoso(words)
    const counts = [...stdout.matchAll(/counter (\d+)\r?\n/g)].map(([, count]) => Number(count))
    const last = counts.at(-1) ?? 0
    this.#count = Math.max(this.#count, last)
    return last
  }

  #count = 0
}

export function nameOfStep({ victim, role, effect, nth }: CrashStep): string {
  const where = nth === 1 ? effect : `${effect} (${nth})`
  return victim === role ? `${role} ${where}` : `${victim} at ${role} ${where}`
}

/** The lines of one role's log of one move; how many heartbeats there are is a matter of how long it lasts. */
function stepsIn(lines: readonly string[]): readonly CrashStep[] {
  const seen = new Map<string, number>()
  return lines
    .filter(line => !line.endsWith('heartbeat'))
    .map(line => {
      const nth = (seen.get(line) ?? 0) + 1
      seen.set(line, nth)
      const [word = '', effect = ''] = line.split(' ')
      const role = ROLES.find(each => each === word)
      if (role === undefined || role === 'coordinator') throw new Error(`whose step is "${line}"?`)
      return { victim: role, role, effect, nth }
    })
}

async function effectsOf(node: LabNode): Promise<readonly string[]> {
  const text = await readFile(join(node.dir, 'effects.log'), 'utf8').catch(() => '')
  return text.split('\n').filter(Boolean)
}
