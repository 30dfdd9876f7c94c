import { mkdir, rm } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import type { Uuid } from '../../../ledger/index.ts'
import { type FreeBytes, requireSpace } from '../free-space.ts'
import { MB } from '../part-shapes.ts'
import { requireAllowed, requireUnread, type Verb } from '../statuses.ts'
import {
  type Ended,
  type ImageFiles,
  type ImageStore,
  type MachineContent,
  type MachineSpec,
  type Seal,
  VmmError,
  type VmmStatus
} from '../vmm.ts'
import { judgeFound } from './adoption.ts'
import { type Accelerator, qemuArguments, readMemoryFormat } from './arguments.ts'
import { beginRecord } from './change-record.ts'
import { openContent } from './content.ts'
import { dropStrayLayers, foldChain } from './disk-chain.ts'
import { Guest, type GuestPlace } from './guest.ts'
import type { MachineFolder } from './machine-folder.ts'
import { loadMemory } from './memory-transfer.ts'
import { makePrivateFolder, type RunFolder, removeRunFolder } from './run-folder.ts'
import { suspendGuest } from './suspend.ts'
import type { Turns } from './turns.ts'

/** What all machines of a host share. */
export interface QemuHost {
  readonly program: string
  readonly images: ImageStore
  readonly runBase: string
  readonly free: FreeBytes
  accelerator(): Promise<Accelerator>
  tell(ended: Ended): void
}

interface Driven {
  readonly guest: Guest
  readonly accelerator: Accelerator
  phase: 'held' | 'running'
}

/** One machine under QEMU. The states are those drawn at `Vmm`; `absent` is not one of them here. */
export class QemuMachine {
  readonly spec: MachineSpec
  readonly folder: MachineFolder
  readonly run: RunFolder
  readonly turns: Turns
  readonly #host: QemuHost
  readonly #contents = new Set<MachineContent>()
  /** Readers that whoever needs the machine may close. */
  readonly #yielding = new Set<MachineContent>()
  #driven: Driven | undefined
  /** Format of the saved memory. */
  #memory: string | undefined

  constructor(
    host: QemuHost,
    spec: MachineSpec,
    folder: MachineFolder,
    run: RunFolder,
    turns: Turns,
    memory?: string
  ) {
    this.#host = host
    this.spec = spec
    this.folder = folder
    this.run = run
    this.turns = turns
    this.#memory = memory
  }

  get status(): VmmStatus {
    if (this.#driven !== undefined) return this.#driven.phase
    return this.#memory === undefined ? 'down' : 'suspended'
  }

  require(verb: Verb): void {
    requireAllowed(verb, this.#uuid, this.status)
    if (verb !== 'content' && verb !== 'stamp') requireUnread(verb, this.#uuid, this.#contents.size)
  }

  /** Finds out how a former process left this machine. */
  async adopt(): Promise<void> {
    const memory = await this.folder.findMemory()
    const guest = await Guest.adopt(this.#place)
    if (guest === undefined) {
      if (memory.state === 'saved') this.#memory = memory.format
      await this.#tidy()
      // A disk that cannot be read says so to whoever needs it; the others are found all the same.
      await dropStrayLayers(this.folder.disk, this.folder.folder).catch(() => {})
      return
    }
    const judgement = judgeFound(await guest.runState(), memory.state)
    if (judgement.take === 'quit') {
      await guest.quit()
      if (memory.state === 'saved') this.#memory = memory.format
      await this.#tidy()
      return
    }
    if (judgement.take === 'continue') await guest.qmp.execute('cont')
    const isHeld = judgement.take === 'held'
    if (isHeld && memory.state !== 'none') {
      if (memory.state === 'going') await this.folder.keepMemory(memory.format)
      this.#memory = memory.format
    }
    const accelerator = (await guest.hasKvm()) ? 'kvm' : 'tcg'
    this.#drive({ guest, accelerator, phase: isHeld ? 'held' : 'running' })
    await this.folder.dropUsedMemory()
  }

  async prepareStart(): Promise<void> {
    this.require('prepareStart')
    await this.folder.dropUsedMemory()
    const accelerator = await this.#host.accelerator()
    const guest = await this.#launch(accelerator, false)
    this.#drive({ guest, accelerator, phase: 'held' })
  }

  async prepareResume(): Promise<void> {
    this.require('prepareResume')
    const format = this.#memory ?? ''
    // An emulated processor is there on every host, so such memory needs no KVM even where there is some.
    const { kind, accelerator } = readMemoryFormat(format) ?? OTHER_FORMAT
    const guest = await this.#launch(accelerator, true)
    try {
      await loadMemory(guest.qmp, this.run.memory, this.folder.memory(format), kind)
    } catch (cause) {
      await guest.quit()
      const words = await guest.lastWords()
      await this.#tidy()
      throw new VmmError('VMM_FAILED', `QEMU did not load the memory: ${words}`, { cause })
    }
    this.#drive({ guest, accelerator, phase: 'held' })
  }

  async go(): Promise<void> {
    this.require('go')
    const driven = this.#requireDriven()
    const memory = this.#memory
    if (memory !== undefined) await this.folder.useMemory(memory)
    try {
      await driven.guest.qmp.execute('cont')
    } catch (error) {
      // A QEMU that hung up may have run its guest; only one that said no has certainly not.
      if (memory !== undefined && !driven.guest.qmp.isClosed) await this.folder.keepMemory(memory)
      else this.#memory = undefined
      throw error
    }
    driven.phase = 'running'
    this.#memory = undefined
    await this.folder.dropUsedMemory()
  }

  async hold(): Promise<void> {
    this.require('hold')
    const driven = this.#requireDriven()
    await driven.guest.qmp.execute('stop')
    driven.phase = 'held'
  }

  async abandon(): Promise<void> {
    this.require('abandon')
    await this.#end(this.#requireDriven())
  }

  async stop(patienceMs: number): Promise<void> {
    this.require('stop')
    const driven = this.#requireDriven()
    driven.guest.isDismissed = true
    if (driven.phase === 'running') await driven.guest.powerDown(patienceMs)
    await this.#end(driven)
  }

  async suspend(): Promise<void> {
    this.require('suspend')
    const { guest, accelerator } = this.#requireDriven()
    await requireSpace(this.#host.free, this.folder.folder, this.#memoryBytes)
    const { folder, run } = this
    const ramMaxBytes = this.#memoryBytes + OTHER_BLOCKS_MB * MB
    this.#memory = await suspendGuest(guest, folder, run.memory, accelerator, ramMaxBytes)
    await this.#end(this.#requireDriven())
  }

  async console(kind: 'serial' | 'vnc'): Promise<Duplex> {
    this.require('console')
    const { guest } = this.#requireDriven()
    return kind === 'serial' ? guest.serialView() : await guest.display()
  }

  async content(givesWay: boolean): Promise<MachineContent> {
    this.require('content')
    await this.makeRunFolder()
    const readers = givesWay ? this.#yielding : this.#contents
    const content = await openContent(this.spec, this.folder, this.nextSocket(), async () => {
      readers.delete(content)
      await this.#tidy()
    })
    readers.add(content)
    return content
  }

  /** Closes the readers that may be closed. */
  async makeWay(): Promise<void> {
    for (const content of this.#yielding) await content.close()
  }

  async stamp(): Promise<string> {
    this.require('stamp')
    return await this.folder.stamp()
  }

  async sealed({ mark, stamp }: Seal): Promise<string> {
    this.require('sealed')
    if ((await this.folder.stamp()) !== stamp) {
      const why = `Machine ${this.#uuid} was written to since its contents were looked at.`
      throw new VmmError('WRONG_STATUS', why)
    }
    await foldChain(this.folder.disk, this.folder.folder)
    await beginRecord(this.folder.disk, mark)
    return await this.folder.stamp()
  }

  /** Lets go of the guest without ending it, and of all readers. */
  async close(): Promise<void> {
    await this.#driven?.guest.letGo()
    for (const content of this.#contents) await content.close()
    await this.makeWay()
  }

  async makeRunFolder(): Promise<void> {
    await makePrivateFolder(this.#host.runBase)
    await mkdir(this.run.folder, { recursive: true, mode: 0o700 })
  }

  /** Removes the folder unless a guest or a reader is using it. */
  async leaveRunFolder(): Promise<void> {
    const readers = this.#contents.size + this.#yielding.size
    if (this.#driven === undefined && readers === 0) await removeRunFolder(this.run)
  }

  /** A name of its own for every reader and writer of a disk. */
  nextSocket(): string {
    socketCount = (socketCount + 1) % 10_000
    return `${this.run.folder}/content-${socketCount}.sock`
  }

  get #uuid(): Uuid {
    return this.spec.uuid
  }

  get #memoryBytes(): number {
    return (this.spec.configuration.memoryMb + VIDEO_MEMORY_MB) * MB
  }

  get #place(): GuestPlace {
    const { run, folder } = this
    return { machine: this.#uuid, run, serialFile: folder.serial, logFile: folder.log }
  }

  #requireDriven(): Driven {
    if (this.#driven !== undefined) return this.#driven
    throw new VmmError('VMM_FAILED', `The guest of machine ${this.#uuid} has just ended.`)
  }

  async #launch(accelerator: Accelerator, resumes: boolean): Promise<Guest> {
    const image = await this.#image()
    await this.makeRunFolder()
    // A guest that a killed process started in its last moment would keep the disk locked.
    await (await Guest.adopt(this.#place))?.quit()
    await rm(this.run.qmp, { force: true })
    const { spec, run, folder } = this
    const plan = { spec, run, accelerator, image, resumes, disk: folder.disk }
    try {
      return await Guest.launch(this.#host.program, qemuArguments(plan), this.#place)
    } catch (error) {
      await this.#tidy()
      throw error
    }
  }

  async #image(): Promise<ImageFiles | undefined> {
    const hash = this.spec.configuration.image
    return hash === null ? undefined : await requireImage(this.#host.images, hash)
  }

  #drive(driven: Driven): void {
    this.#driven = driven
    void driven.guest.gone.then(async reason => {
      if (driven.guest.isDismissed) return
      const lastWords = await driven.guest.lastWords()
      this.#driven = undefined
      // In turn, so that the sockets of a next start are not taken away under it.
      await this.turns.take(async () => {
        if (this.#driven === undefined) await this.#tidy()
      })
      const detail = reason === 'died' ? `QEMU ended: ${lastWords}` : 'the guest powered itself off'
      this.#host.tell({ machine: this.#uuid, reason, detail })
    })
  }

  async #end(driven: Driven): Promise<void> {
    await driven.guest.quit()
    this.#driven = undefined
    await this.#tidy()
  }

  async #tidy(): Promise<void> {
    await this.folder.dropUsedMemory()
    await this.leaveRunFolder()
  }
}

/** Video memory and device states beside the memory bought. */
const VIDEO_MEMORY_MB = 16

/** Firmware and tables, which are blocks of memory too. */
const OTHER_BLOCKS_MB = 16

const OTHER_FORMAT = { kind: 'stream', accelerator: 'tcg' } as const

let socketCount = 0

/** Throws IMAGE_UNKNOWN. */
export async function requireImage(images: ImageStore, hash: string): Promise<ImageFiles> {
  const image = await images.find(hash)
  if (image !== undefined) return image
  throw new VmmError(
    'IMAGE_UNKNOWN',
    `Image ${hash} is not on this host, or its files are damaged.`
  )
}
