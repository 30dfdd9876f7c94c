import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Uuid } from '../../../ledger/index.ts'
import { encodeConfig } from '../config-part.ts'
import { diskFullOr, type FreeBytes, freeBytesOf, requireSpace } from '../free-space.ts'
import { diskBytes, requireShapes } from '../part-shapes.ts'
import { absent, requireAllowed, type Verb } from '../statuses.ts'
import {
  type ContentSink,
  type Ended,
  type Found,
  type ImageFiles,
  type ImageStore,
  type MachineContent,
  type MachineSpec,
  type PartShape,
  RECEIVE_ANEW,
  type ReceiveOptions,
  type Seal,
  type Vmm,
  VmmError,
  type VmmStatus
} from '../vmm.ts'
import { chooseAccelerator, qemuVersion } from './accelerator.ts'
import { type Accelerator, memoryFormat } from './arguments.ts'
import { Arrivals } from './arrivals.ts'
import { makeDisk } from './disk.ts'
import { syncFile, writeDurably } from './durable.ts'
import type { MachineFolder } from './machine-folder.ts'
import { MachineFolders } from './machine-folders.ts'
import { type QemuHost, QemuMachine, requireImage } from './qemu-machine.ts'
import { runBase, runFolder } from './run-folder.ts'
import { Turns } from './turns.ts'

export interface QemuVmmOptions {
  /** The node's data directory; everything is in its folder `vmm`. */
  readonly dataDir: string
  readonly images: ImageStore
  /** Default `qemu-system-x86_64`. */
  readonly program?: string
  /** Default: KVM where a guest really boots under it, else emulation (`tcg`). */
  readonly accelerator?: Accelerator
  /** How long a guest may take to power down. Default 30 s. */
  readonly stopPatienceMs?: number
  /** Default: what the file system says. */
  readonly freeBytes?: FreeBytes
}

const STOP_PATIENCE_MS = 30_000

export class QemuVmm implements Vmm {
  readonly kind: string = 'qemu'
  readonly #options: QemuVmmOptions
  readonly #program: string
  readonly #free: FreeBytes
  readonly #folders: MachineFolders
  readonly #host: QemuHost
  readonly #machines = new Map<Uuid, QemuMachine>()
  readonly #turns = new Map<Uuid, Turns>()
  readonly #arrivals: Arrivals
  readonly #listeners = new Set<(ended: Ended) => void>()
  #accelerator: Promise<Accelerator> | undefined

  constructor(options: QemuVmmOptions) {
    const root = join(options.dataDir, 'vmm')
    this.#options = options
    this.#program = options.program ?? 'qemu-system-x86_64'
    this.#free = options.freeBytes ?? freeBytesOf
    this.#folders = new MachineFolders(root)
    this.#arrivals = new Arrivals(this.#folders)
    this.#host = {
      program: this.#program,
      images: options.images,
      runBase: runBase(root, tmpdir()),
      free: this.#free,
      accelerator: async () => await this.#chosenAccelerator(),
      tell: ended => this.#tell(ended)
    }
  }

  async open(): Promise<readonly Found[]> {
    await this.#folders.clean()
    const found = []
    for (const uuid of await this.#folders.list()) {
      const folder = this.#folders.machine(uuid)
      const spec = await folder.loadSpec().catch(() => undefined)
      // A folder without a readable configuration is no machine; a copy that arrives replaces it.
      if (spec?.uuid !== uuid) continue
      const machine = this.#add(spec, folder)
      await machine.adopt()
      found.push({ machine: uuid, status: machine.status })
    }
    return found
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    await this.#arrivals.leaveAll()
    for (const machine of this.#machines.values()) await machine.close()
    this.#machines.clear()
  }

  async describe(): Promise<{ readonly version: string; readonly accelerator: string }> {
    const version = await qemuVersion(this.#program)
    return { version: `QEMU ${version}`, accelerator: await this.#chosenAccelerator() }
  }

  async create(spec: MachineSpec): Promise<void> {
    await this.#inTurn(spec.uuid, async () => {
      requireAllowed('create', spec.uuid, this.#status(spec.uuid))
      const image = await this.#imageFor(spec)
      await requireSpace(this.#free, this.#folders.root, diskBytes(spec))
      const incoming = await this.#folders.make(spec.uuid)
      try {
        await makeDisk({ file: incoming.disk, sizeBytes: diskBytes(spec), base: image?.disk })
        await syncFile(incoming.disk)
        await writeDurably(incoming.config, encodeConfig(spec))
        await this.#folders.putInPlace(spec.uuid, incoming)
      } catch (error) {
        await rm(incoming.folder, { recursive: true, force: true })
        throw diskFullOr(error, this.#folders.root)
      }
      this.#add(spec, this.#folders.machine(spec.uuid))
    })
  }

  async status(machine: Uuid): Promise<VmmStatus> {
    return this.#status(machine)
  }

  async spec(machine: Uuid): Promise<MachineSpec> {
    return this.#machine(machine).spec
  }

  async list(): Promise<readonly Uuid[]> {
    return [...this.#machines.keys()].sort()
  }

  async prepareStart(machine: Uuid): Promise<void> {
    await this.#alone(machine, present => present.prepareStart())
  }

  async prepareResume(machine: Uuid): Promise<void> {
    await this.#alone(machine, present => present.prepareResume())
  }

  async go(machine: Uuid): Promise<void> {
    await this.#inTurn(machine, async () => await this.#machine(machine).go())
  }

  async hold(machine: Uuid): Promise<void> {
    await this.#inTurn(machine, async () => await this.#machine(machine).hold())
  }

  async abandon(machine: Uuid): Promise<void> {
    await this.#inTurn(machine, async () => await this.#machine(machine).abandon())
  }

  async stop(machine: Uuid, patienceMs?: number): Promise<void> {
    const patience = patienceMs ?? this.#options.stopPatienceMs ?? STOP_PATIENCE_MS
    await this.#inTurn(machine, async () => await this.#machine(machine).stop(patience))
  }

  async suspend(machine: Uuid): Promise<void> {
    await this.#inTurn(machine, async () => await this.#machine(machine).suspend())
  }

  async delete(machine: Uuid): Promise<void> {
    await this.#alone(machine, async present => {
      present.require('delete')
      await this.#folders.delete(machine)
      this.#machines.delete(machine)
    })
  }

  onEnded(listener: (ended: Ended) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async console(machine: Uuid, kind: 'serial' | 'vnc'): Promise<Duplex> {
    return await this.#machine(machine).console(kind)
  }

  async content(machine: Uuid, how = { givesWay: false }): Promise<MachineContent> {
    return await this.#inTurn(machine, async () => {
      return await this.#machine(machine).content(how.givesWay)
    })
  }

  async stamp(machine: Uuid): Promise<string> {
    return await this.#inTurn(machine, async () => await this.#machine(machine).stamp())
  }

  async storedBytes(machine: Uuid): Promise<number> {
    return await this.#machine(machine).folder.storedBytes()
  }

  async sealed(machine: Uuid, seal: Seal): Promise<string> {
    return await this.#alone(machine, present => present.sealed(seal))
  }

  async receive(
    spec: MachineSpec,
    parts: readonly PartShape[],
    how: ReceiveOptions = RECEIVE_ANEW
  ): Promise<ContentSink> {
    const { uuid } = spec
    requireAllowed('receive', uuid, this.#status(uuid))
    this.#arrivals.requireNone(uuid)
    requireShapes(spec, parts, await this.#readableMemory())
    const image = await this.#imageFor(spec)
    if (how.base === 'cached') this.#requireSameDisk(spec)
    const whole = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
    await requireSpace(this.#free, this.#folders.root, how.comingBytes ?? whole)
    const folder = this.#folders.machine(uuid)
    const { base, changing = [] } = how
    const plan = { spec, parts, base, changing, older: folder, imageDisk: image?.disk }
    const machine = this.#newMachine(spec, folder, parts.find(isMemory)?.format)
    return await this.#arrivals.open(plan, how.resume, {
      machine,
      older: this.#machines.get(uuid),
      replace: putInPlace =>
        this.#inTurn(uuid, async () => {
          await this.#machines.get(uuid)?.makeWay()
          this.#require('receive', uuid)
          await putInPlace()
          this.#machines.set(uuid, machine)
        })
    })
  }

  async leftovers(): Promise<readonly Uuid[]> {
    return await this.#folders.leftovers()
  }

  async dropLeftover(machine: Uuid): Promise<void> {
    await this.#arrivals.drop(machine)
  }

  #requireSameDisk(spec: MachineSpec): void {
    const older = this.#machine(spec.uuid).spec
    if (diskBytes(older) === diskBytes(spec)) return
    const why = `The older copy of machine ${spec.uuid} has a disk of another size.`
    throw new VmmError('CONTENT_MALFORMED', why)
  }

  #newMachine(spec: MachineSpec, folder: MachineFolder, memory?: string): QemuMachine {
    const run = runFolder(this.#host.runBase, spec.uuid)
    return new QemuMachine(this.#host, spec, folder, run, this.#turnsOf(spec.uuid), memory)
  }

  #add(spec: MachineSpec, folder: MachineFolder): QemuMachine {
    const machine = this.#newMachine(spec, folder)
    this.#machines.set(spec.uuid, machine)
    return machine
  }

  #machine(uuid: Uuid): QemuMachine {
    const machine = this.#machines.get(uuid)
    if (machine === undefined) throw absent(uuid)
    return machine
  }

  #status(uuid: Uuid): VmmStatus {
    return this.#machines.get(uuid)?.status ?? 'absent'
  }

  #require(verb: Verb, uuid: Uuid): void {
    this.#machines.get(uuid)?.require(verb)
  }

  /** Without a copy on its way, and without readers that give way. */
  async #alone<T>(uuid: Uuid, work: (machine: QemuMachine) => Promise<T>): Promise<T> {
    return await this.#inTurn(uuid, async () => {
      const machine = this.#machine(uuid)
      this.#arrivals.requireNone(uuid)
      await machine.makeWay()
      return await work(machine)
    })
  }

  async #inTurn<T>(uuid: Uuid, work: () => Promise<T>): Promise<T> {
    return await this.#turnsOf(uuid).take(work)
  }

  #turnsOf(uuid: Uuid): Turns {
    const turns = this.#turns.get(uuid) ?? new Turns()
    this.#turns.set(uuid, turns)
    return turns
  }

  /** An image that is too large for what was bought would be cut off. */
  async #imageFor(spec: MachineSpec): Promise<ImageFiles | undefined> {
    const { image: hash, memoryMb, storageMb } = spec.configuration
    if (hash === null) return undefined
    const image = await requireImage(this.#options.images, hash)
    const { minimum, name } = image
    if (memoryMb >= minimum.memoryMb && storageMb >= minimum.storageMb) return image
    throw new VmmError(
      'VMM_FAILED',
      `${name} needs ${minimum.memoryMb} MB of memory and ${minimum.storageMb} MB of storage; ` +
        `machine ${spec.uuid} has ${memoryMb} and ${storageMb}.`
    )
  }

  async #readableMemory(): Promise<readonly string[]> {
    const accelerators: Accelerator[] = ['tcg']
    if ((await this.#chosenAccelerator()) === 'kvm') accelerators.push('kvm')
    return accelerators.flatMap(each => [memoryFormat('stream', each), memoryFormat('pages', each)])
  }

  async #chosenAccelerator(): Promise<Accelerator> {
    this.#accelerator ??= this.#probe().catch(error => {
      // A QEMU that is installed later is tried then.
      this.#accelerator = undefined
      throw error
    })
    return await this.#accelerator
  }

  async #probe(): Promise<Accelerator> {
    if (this.#options.accelerator !== undefined) return this.#options.accelerator
    const version = await qemuVersion(this.#program)
    const [image] = await this.#options.images.list()
    const folder = this.#folders.root
    return await chooseAccelerator({ program: this.#program, version, folder, image })
  }

  #tell(ended: Ended): void {
    for (const listener of this.#listeners) listener(ended)
  }
}

function isMemory(part: PartShape): boolean {
  return part.name === 'memory'
}

export function createQemuVmm(options: QemuVmmOptions): QemuVmm {
  return new QemuVmm(options)
}
