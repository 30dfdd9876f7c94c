import type { Duplex } from 'node:stream'
import type { Configuration, Hash, Uuid } from '../../ledger/index.ts'

/**
 * The one way in which the market touches a virtual machine monitor (2004 text, 7.1.1).
 *
 *     absent --create--> down --prepareStart--> held --go--> running
 *                                                      held <--hold-- running
 *                        down <--stop, abandon, powered off, died-- running, held
 *                   suspended <--suspend-- running
 *                   suspended --prepareResume--> held
 *     down, suspended --receive(...).commit()--> down or suspended with other bytes
 *
 * Every promise resolves when the effect is durable. Refusals are `VmmError` with a code.
 */
export interface Vmm {
  /** `qemu`, `fake`. */
  readonly kind: string

  /** Finds what a former process left behind: guests that still run are adopted. Called once, first. */
  open(): Promise<readonly Found[]>
  /** Lets go of everything without stopping a guest. */
  close(): Promise<void>

  /** Words for `host facts` and `doctor`: version and accelerator. */
  describe(): Promise<{ readonly version: string; readonly accelerator: string }>

  /** Makes disk and configuration on disk. Refuses EXISTS. */
  create(spec: MachineSpec): Promise<void>
  status(machine: Uuid): Promise<VmmStatus>
  spec(machine: Uuid): Promise<MachineSpec>
  list(): Promise<readonly Uuid[]>

  /** A guest ready to run its first instruction, held paused. */
  prepareStart(machine: Uuid): Promise<void>
  /** A guest with its memory loaded, held paused. The memory file stays until `go`. */
  prepareResume(machine: Uuid): Promise<void>
  /** Lets a held guest run. */
  go(machine: Uuid): Promise<void>
  /** Stops a running guest between two instructions; `go` lets it run on. Its memory stays in the VMM. */
  hold(machine: Uuid): Promise<void>
  /** Ends a held or running guest at once. A guest that was held by prepareResume is suspended again. */
  abandon(machine: Uuid): Promise<void>
  /** Asks the guest to power down; ends it after `patienceMs`. */
  stop(machine: Uuid, patienceMs?: number): Promise<void>
  /** Memory to disk, guest ended. Reverts to running with SUSPEND_REFUSED when the guest is not ready. */
  suspend(machine: Uuid): Promise<void>
  /** Removes every file of a machine that is down or suspended. */
  delete(machine: Uuid): Promise<void>

  /** Called when a guest ends by itself. Returns the unsubscribe. */
  onEnded(listener: (ended: Ended) => void): () => void

  /** A raw byte stream to the serial port (starts with the last lines) or to the display (RFB). */
  console(machine: Uuid, kind: 'serial' | 'vnc'): Promise<Duplex>

  /**
   * Reads the contents of a machine that is down or suspended. Close it: until then the machine does not start. One
   * that `givesWay` is closed instead by whatever needs the machine, and its reads fail then.
   */
  content(machine: Uuid, how?: { readonly givesWay: boolean }): Promise<MachineContent>
  /**
   * Names the bytes of a machine that is down or suspended without reading them: whenever one of its files was
   * written or replaced the text is another.
   */
  stamp(machine: Uuid): Promise<string>
  /** Disk space that the files of a machine take, which `delete` frees. */
  storedBytes(machine: Uuid): Promise<number>
  /**
   * Begins a new record of changes under a mark and returns the new stamp. To be called when what is known of
   * the contents is durable. Refuses WRONG_STATUS when `stamp` is not the present one any more.
   */
  sealed(machine: Uuid, seal: Seal): Promise<string>
  /**
   * A temporary place for the contents of a machine on its way here, which begins as `how.base` or as zeros. One per
   * machine at a time: WRONG_STATUS, also for whoever wants to start the machine meanwhile.
   */
  receive(
    spec: MachineSpec,
    parts: readonly PartShape[],
    how?: ReceiveOptions
  ): Promise<ContentSink>
  /** Machines of which an interrupted receive has left something, to be resumed or dropped. */
  leftovers(): Promise<readonly Uuid[]>
  /** Removes that, if there is something and nobody is writing it. */
  dropLeftover(machine: Uuid): Promise<void>
}

export interface Seal {
  /** 1 to 64 letters and digits of the caller's choice: a content root. */
  readonly mark: string
  /** Of the contents the mark stands for. */
  readonly stamp: string
}

/**
 * `cached`: the older copy that is here, which stays as it is until the commit. `image`: the disk of the image the
 * machine was made from.
 */
export type ReceiveBase = 'none' | 'cached' | 'image'

export interface ReceiveOptions {
  readonly base: ReceiveBase
  /** Goes on with what an interrupted receive of the same parts over the same base has left; if nothing, begins. */
  readonly resume: boolean
  /** Bytes expected to be written, which must be free: DISK_FULL. Default: the whole of the parts. */
  readonly comingBytes?: number
  /** Parts that will be written: what takes long to make ready for that can begin at once. */
  readonly changing?: readonly PartName[]
}

export const RECEIVE_ANEW: ReceiveOptions = { base: 'none', resume: false }

export interface MachineSpec {
  readonly uuid: Uuid
  readonly configuration: Configuration
}

export type VmmStatus = 'absent' | 'down' | 'held' | 'running' | 'suspended'

export interface Found {
  readonly machine: Uuid
  readonly status: VmmStatus
}

export interface Ended {
  readonly machine: Uuid
  /** `powered-off` by the guest, or the VMM `died`. */
  readonly reason: 'powered-off' | 'died'
  readonly detail: string
}

/** What a machine consists of. `disk` is guest-visible; `memory` exists only when suspended. */
export type PartName = 'config' | 'disk' | 'memory'

export interface PartShape {
  readonly name: PartName
  /** How the bytes are to be understood: `config-1`, `disk-raw`, `qemu-migration-7.2`. */
  readonly format: string
  readonly sizeBytes: number
}

/** Guest-visible contents, in blocks of `CONTENT_BLOCK_BYTES`; the last block of a part may be short. */
export interface MachineContent {
  readonly parts: readonly PartShape[]
  /** Bytes [offset, offset + length) of a part. */
  read(part: PartName, offset: number, length: number): Promise<Uint8Array>
  /**
   * Extents of a part, or of a piece of it, that are known to hold data; what is left out reads as zeros. A large
   * disk is asked piece by piece, because it can have millions.
   */
  extents(part: PartName, within?: Extent): Promise<readonly Extent[]>
  /** Under which mark changes of the disk have been recorded without a gap; undefined when they have not. */
  readonly mark: string | undefined
  /** Extents that may have changed since the mark; undefined when that is not known of this part. */
  changed(part: PartName, within?: Extent): Promise<readonly Extent[] | undefined>
  /** How a thread of its own can read a part; undefined where only this driver can. Good until `close`. */
  door(part: PartName): Door | undefined
  close(): Promise<void>
}

/** A way to the bytes of one part that can be told to another thread of this process. `openDoor` opens it. */
export type Door =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'nbd'; readonly socketPath: string }
  /** A disk at rest, to be read only: its layers, the top first; by `nbd` if they cannot be read as they are. */
  | {
      readonly kind: 'layers'
      readonly files: readonly { readonly path: string; readonly format: 'qcow2' | 'raw' }[]
      readonly otherwise: Door
    }

export interface Extent {
  readonly offset: number
  readonly length: number
}

export interface ContentSink {
  /** False: what is there is the base alone. True: an interrupted receive has written something already. */
  readonly resumed: boolean
  write(part: PartName, offset: number, bytes: Uint8Array): Promise<void>
  /** Makes a range read as zeros, also where the base does not. */
  zero(part: PartName, offset: number, length: number): Promise<void>
  /** Reads what was written, and the base where nothing was. */
  read(part: PartName, offset: number, length: number): Promise<Uint8Array>
  /**
   * How a thread of its own can write and read a part while this sink is open; undefined where only the sink can.
   * Close what was opened there before `commit`, `leave` or `discard`.
   */
  door(part: PartName): Promise<Door | undefined>
  /** fsyncs everything and puts it in the machine's place, replacing an older copy, in one rename. */
  commit(): Promise<void>
  /** Closes it and keeps what has come, for `resume`. */
  leave(): Promise<void>
  discard(): Promise<void>
}

export const CONTENT_BLOCK_BYTES: number = 16384

export type VmmErrorCode =
  | 'EXISTS'
  | 'ABSENT'
  | 'WRONG_STATUS'
  | 'IMAGE_UNKNOWN'
  | 'VMM_MISSING'
  | 'VMM_FAILED'
  | 'SUSPEND_REFUSED'
  | 'DISK_FULL'
  | 'CONTENT_MALFORMED'

export class VmmError extends Error {
  override readonly name: string = 'VmmError'
  readonly code: VmmErrorCode
  constructor(code: VmmErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** Where a driver finds preconfigured images. */
export interface ImageStore {
  /** Files of an image that is present and whole, or undefined. */
  find(hash: Hash): Promise<ImageFiles | undefined>
  list(): Promise<readonly ImageFiles[]>
}

export interface ImageFiles {
  readonly hash: Hash
  readonly name: string
  readonly kernel: string
  readonly initrd: string
  /** Base disk, raw. */
  readonly disk: string
  readonly minimum: { readonly memoryMb: number; readonly storageMb: number }
}
