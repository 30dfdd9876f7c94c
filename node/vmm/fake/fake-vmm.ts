import type { Duplex } from 'node:stream'
import type { Hash, Uuid } from '../../../ledger/index.ts'
import { requireSpace } from '../free-space.ts'
import { diskBytes, requireShapes } from '../part-shapes.ts'
import { SerialHub } from '../serial-hub.ts'
import { requireAllowed, requireUnread, type Verb } from '../statuses.ts'
import {
  CONTENT_BLOCK_BYTES,
  type ContentSink,
  type Ended,
  type Found,
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
import { openFakeContent } from './fake-content.ts'
import { openFakeDisplay } from './fake-display.ts'
import {
  bootGuest,
  FAKE_MEMORY_FORMAT,
  type GuestStep,
  loadGuest,
  saveGuest,
  tickGuest,
  typeToGuest
} from './fake-guest.ts'
import { FakeHost, type FakeMachine, newFakeMachine } from './fake-host.ts'
import { openFakeSink, stampOfFake } from './fake-sink.ts'
import { SparseBytes } from './sparse-bytes.ts'

export interface FakeVmmOptions {
  /** The machine below; two drivers over one host are a node before and after its restart. */
  readonly host?: FakeHost
  /** Without it every image hash is taken. */
  readonly images?: readonly Hash[]
  /** A guest's counter grows once in this time by itself; without it only by `tick`. */
  readonly tickMs?: number
}

/** What goes wrong next; the numbers count down as they are used up. */
export interface FakeScript {
  refuseSuspends: number
  failStarts: number
  diskFull: boolean
}

/** A `Vmm` without machines: deterministic, and it fails when told to. */
export class FakeVmm implements Vmm {
  readonly kind: string = 'fake'
  readonly script: FakeScript = { refuseSuspends: 0, failStarts: 0, diskFull: false }
  readonly host: FakeHost
  readonly #images: readonly Hash[] | undefined
  readonly #tickMs: number | undefined
  readonly #listeners = new Set<(ended: Ended) => void>()
  readonly #readers = new Map<Uuid, number>()
  /** Readers that whoever needs the machine may close. */
  readonly #yielding = new Map<MachineContent, Uuid>()
  readonly #sinks = new Map<Uuid, ContentSink>()
  readonly #serials = new Map<Uuid, SerialHub>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: FakeVmmOptions = {}) {
    this.host = options.host ?? new FakeHost()
    this.#images = options.images
    this.#tickMs = options.tickMs
  }

  async open(): Promise<readonly Found[]> {
    if (this.#tickMs !== undefined) {
      this.#timer = setInterval(() => this.tick(), this.#tickMs)
      this.#timer.unref()
    }
    return [...this.host.machines].map(([machine, { status }]) => ({ machine, status }))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    for (const sink of this.#sinks.values()) await sink.leave()
    for (const serial of this.#serials.values()) serial.end()
    this.#serials.clear()
    this.#listeners.clear()
    this.#readers.clear()
  }

  async describe(): Promise<{ readonly version: string; readonly accelerator: string }> {
    return { version: 'fake 1', accelerator: 'none' }
  }

  async create(spec: MachineSpec): Promise<void> {
    this.#require('create', spec.uuid)
    this.#requireRoom()
    const { image } = spec.configuration
    if (image !== null) this.#requireImage(image)
    this.host.machines.set(spec.uuid, newFakeMachine(spec, imageDisk(spec)))
    this.host.save()
  }

  async status(machine: Uuid): Promise<VmmStatus> {
    return this.#status(machine)
  }

  async spec(machine: Uuid): Promise<MachineSpec> {
    return this.host.machine(machine).spec
  }

  async list(): Promise<readonly Uuid[]> {
    return [...this.host.machines.keys()].sort()
  }

  async prepareStart(machine: Uuid): Promise<void> {
    this.#require('prepareStart', machine)
    this.#requireNoArrival(machine)
    this.#requireStartable(machine)
    this.#update(machine, { status: 'held' })
  }

  async prepareResume(machine: Uuid): Promise<void> {
    this.#require('prepareResume', machine)
    this.#requireNoArrival(machine)
    this.#requireStartable(machine)
    const { memory } = this.host.machine(machine)
    if (memory === undefined) throw new Error(`Suspended machine ${machine} has no memory.`)
    this.#update(machine, { status: 'held', guest: loadGuest(memory) })
  }

  async go(machine: Uuid): Promise<void> {
    this.#require('go', machine)
    const { guest, disk } = this.host.machine(machine)
    this.#update(machine, { status: 'running', memory: undefined })
    if (guest === undefined) this.#take(machine, bootGuest(disk))
  }

  async hold(machine: Uuid): Promise<void> {
    this.#require('hold', machine)
    this.#update(machine, { status: 'held' })
  }

  async abandon(machine: Uuid): Promise<void> {
    this.#require('abandon', machine)
    this.#end(machine)
  }

  async stop(machine: Uuid): Promise<void> {
    this.#require('stop', machine)
    this.#end(machine)
  }

  async suspend(machine: Uuid): Promise<void> {
    this.#require('suspend', machine)
    this.#requireRoom()
    if (this.script.refuseSuspends > 0) {
      this.script.refuseSuspends -= 1
      throw new VmmError('SUSPEND_REFUSED', `Machine ${machine} was not ready in 100 attempts.`)
    }
    const { guest } = this.host.machine(machine)
    if (guest === undefined) throw new Error(`Running machine ${machine} has no guest.`)
    this.#end(machine, saveGuest(guest))
  }

  async delete(machine: Uuid): Promise<void> {
    this.#require('delete', machine)
    this.#requireNoArrival(machine)
    this.host.machines.delete(machine)
    this.host.save()
  }

  onEnded(listener: (ended: Ended) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async console(machine: Uuid, kind: 'serial' | 'vnc'): Promise<Duplex> {
    this.#require('console', machine)
    return kind === 'vnc' ? openFakeDisplay() : this.#serial(machine).view()
  }

  async content(machine: Uuid, how = { givesWay: false }): Promise<MachineContent> {
    this.#require('content', machine)
    if (how.givesWay) {
      const yielding = openFakeContent(this.host.machine(machine), () => {
        this.#yielding.delete(yielding)
      })
      this.#yielding.set(yielding, machine)
      return yielding
    }
    this.#readers.set(machine, (this.#readers.get(machine) ?? 0) + 1)
    return openFakeContent(this.host.machine(machine), () => {
      this.#readers.set(machine, (this.#readers.get(machine) ?? 1) - 1)
    })
  }

  async stamp(machine: Uuid): Promise<string> {
    this.#require('stamp', machine)
    return stampOfFake(this.host.machine(machine))
  }

  async storedBytes(machine: Uuid): Promise<number> {
    const { disk, memory } = this.host.machine(machine)
    return disk.blocks.size * CONTENT_BLOCK_BYTES + (memory?.length ?? 0)
  }

  async sealed(machine: Uuid, { mark, stamp }: Seal): Promise<string> {
    this.#require('sealed', machine)
    this.#requireNoArrival(machine)
    if ((await this.stamp(machine)) !== stamp) {
      const why = `Machine ${machine} was written to since its contents were looked at.`
      throw new VmmError('WRONG_STATUS', why)
    }
    this.host.machine(machine).disk.dirty.clear()
    this.#update(machine, { mark })
    return await this.stamp(machine)
  }

  async receive(
    spec: MachineSpec,
    parts: readonly PartShape[],
    { base, resume, comingBytes }: ReceiveOptions = RECEIVE_ANEW
  ): Promise<ContentSink> {
    const { uuid } = spec
    this.#require('receive', uuid)
    this.#requireNoArrival(uuid)
    requireShapes(spec, parts, [FAKE_MEMORY_FORMAT])
    if (spec.configuration.image !== null) this.#requireImage(spec.configuration.image)
    this.#requireRoom()
    const whole = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
    const free = async (): Promise<number> => this.host.freeBytes()
    await requireSpace(free, 'the fake host', comingBytes ?? whole)
    const sink = openFakeSink(this.host, {
      spec,
      shapes: parts,
      base,
      resume,
      image: imageDisk(spec),
      full: () => this.#requireRoom(),
      replaceable: () => this.#require('receive', uuid),
      closed: () => this.#sinks.delete(uuid)
    })
    this.#sinks.set(uuid, sink)
    return sink
  }

  async leftovers(): Promise<readonly Uuid[]> {
    return [...this.host.incoming.keys()].sort()
  }

  async dropLeftover(machine: Uuid): Promise<void> {
    if (!this.#sinks.has(machine)) this.host.incoming.delete(machine)
  }

  /** A moment of guest time: every running guest counts one on. */
  tick(): void {
    for (const [uuid, { guest, status }] of this.host.machines) {
      if (status === 'running' && guest !== undefined) this.#take(uuid, tickGuest(guest))
    }
  }

  /** The guest switches itself off. */
  powerOffGuest(machine: Uuid): void {
    this.#require('abandon', machine)
    this.#end(machine)
    this.#tell({ machine, reason: 'powered-off', detail: 'the guest powered itself off' })
  }

  /** The VMM below a held or running guest dies. */
  die(machine: Uuid): void {
    this.#require('abandon', machine)
    this.#end(machine)
    // As after a QEMU that was killed: what was written is no longer known.
    this.#update(machine, { mark: undefined })
    this.#tell({ machine, reason: 'died', detail: 'the fake VMM was told to die' })
  }

  #status(machine: Uuid): VmmStatus {
    return this.host.machines.get(machine)?.status ?? 'absent'
  }

  #require(verb: Verb, machine: Uuid): void {
    requireAllowed(verb, machine, this.#status(machine))
    if (verb === 'content' || verb === 'stamp') return
    for (const [content, of] of this.#yielding) if (of === machine) void content.close()
    requireUnread(verb, machine, this.#readers.get(machine) ?? 0)
  }

  #requireNoArrival(machine: Uuid): void {
    if (!this.#sinks.has(machine)) return
    const why = `A copy of machine ${machine} is being written; commit, leave or discard it first.`
    throw new VmmError('WRONG_STATUS', why)
  }

  #requireImage(image: Hash): void {
    if (this.#images === undefined || this.#images.includes(image)) return
    throw new VmmError('IMAGE_UNKNOWN', `Image ${image} is not on this host.`)
  }

  #requireRoom(): void {
    if (this.script.diskFull) throw new VmmError('DISK_FULL', 'The disk of the fake host is full.')
  }

  #requireStartable(machine: Uuid): void {
    if (this.script.failStarts === 0) return
    this.script.failStarts -= 1
    throw new VmmError('VMM_FAILED', `The fake VMM was told not to start machine ${machine}.`)
  }

  #update(machine: Uuid, change: Partial<FakeMachine>): void {
    const present = this.host.machine(machine)
    Object.assign(present, change)
    present.writes += 1
    this.host.save()
  }

  /** A guest held by prepareResume has its memory still and is suspended again. */
  #end(machine: Uuid, saved?: Uint8Array): void {
    const memory = saved ?? this.host.machine(machine).memory
    const status = memory === undefined ? 'down' : 'suspended'
    this.#update(machine, { status, memory, guest: undefined })
    this.#closeSerial(machine)
  }

  #take(machine: Uuid, step: GuestStep): void {
    const serial = this.#serial(machine)
    serial.fromGuest(new TextEncoder().encode(step.output))
    this.#update(machine, { guest: step.guest, serial: serial.kept })
    if (step.poweredOff) this.powerOffGuest(machine)
  }

  #serial(machine: Uuid): SerialHub {
    const known = this.#serials.get(machine)
    if (known !== undefined) return known
    const hub = new SerialHub(
      bytes => this.#type(machine, bytes),
      this.host.machine(machine).serial
    )
    this.#serials.set(machine, hub)
    return hub
  }

  #type(machine: Uuid, bytes: Uint8Array): void {
    const { guest, status, disk } = this.host.machine(machine)
    if (status !== 'running' || guest === undefined) return
    this.#take(machine, typeToGuest(guest, new TextDecoder().decode(bytes), disk))
  }

  #closeSerial(machine: Uuid): void {
    this.#serials.get(machine)?.end()
    this.#serials.delete(machine)
  }

  #tell(ended: Ended): void {
    for (const listener of this.#listeners) listener(ended)
  }
}

function imageDisk(spec: MachineSpec): SparseBytes {
  const { image } = spec.configuration
  const disk = new SparseBytes(diskBytes(spec))
  if (image !== null) disk.write(0, new TextEncoder().encode(`fake image ${image}\n`))
  disk.dirty.clear()
  return disk
}

export function createFakeVmm(options: FakeVmmOptions = {}): FakeVmm {
  return new FakeVmm(options)
}
