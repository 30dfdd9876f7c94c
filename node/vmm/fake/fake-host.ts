import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { Uuid } from '../../../ledger/index.ts'
import { absent } from '../statuses.ts'
import type { MachineSpec, PartName } from '../vmm.ts'
import type { FakeGuest } from './fake-guest.ts'
import { SparseBytes } from './sparse-bytes.ts'

/** What one machine is on the fake host. */
export interface FakeMachine {
  readonly spec: MachineSpec
  status: 'down' | 'held' | 'running' | 'suspended'
  disk: SparseBytes
  /** Present from suspend until go. */
  memory: Uint8Array | undefined
  guest: FakeGuest | undefined
  serial: Uint8Array
  /** Mark of the seal since which the disk's `dirty` blocks have been recorded. */
  mark: string | undefined
  /** Another one for every machine that was created or came here. */
  readonly incarnation: string
  /** Grows with everything that is done to the machine. */
  writes: number
}

export function newFakeMachine(spec: MachineSpec, disk: SparseBytes): FakeMachine {
  return {
    spec,
    status: 'down',
    disk,
    memory: undefined,
    guest: undefined,
    serial: new Uint8Array(0),
    mark: undefined,
    incarnation: randomUUID(),
    writes: 0
  }
}

/** A machine on its way here, and of what it is a copy. */
export interface FakeArrival {
  readonly words: string
  readonly parts: Map<PartName, SparseBytes>
}

/**
 * The physical machine below the fake driver. It outlives the driver, as QEMU processes outlive a node: a
 * second driver over the same host adopts its guests. With a folder it outlives the process as well.
 */
export class FakeHost {
  readonly machines: Map<Uuid, FakeMachine>
  readonly incoming: Map<Uuid, FakeArrival> = new Map()
  readonly #folder: string | undefined
  readonly #file: string | undefined

  constructor(folder?: string) {
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#folder = folder
    this.#file = folder === undefined ? undefined : join(folder, 'fake-machines')
    this.machines = load(this.#file)
  }

  machine(uuid: Uuid): FakeMachine {
    const machine = this.machines.get(uuid)
    if (machine === undefined) throw absent(uuid)
    return machine
  }

  /** As a file `free-bytes` in the folder says; without one there is always room. */
  freeBytes(): number {
    if (this.#folder === undefined) return Infinity
    const file = join(this.#folder, 'free-bytes')
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : Infinity
  }

  /** Written aside and renamed, so that a killed process leaves the old state or the new one. */
  save(): void {
    if (this.#file === undefined) return
    const rows = [...this.machines].map(([uuid, machine]) => [
      uuid,
      { ...machine, disk: fieldsOf(machine.disk) }
    ])
    writeFileSync(`${this.#file}.tmp`, serialize(rows), { mode: 0o600 })
    renameSync(`${this.#file}.tmp`, this.#file)
  }
}

function fieldsOf({ sizeBytes, blocks, dirty }: SparseBytes) {
  return { sizeBytes, blocks, dirty }
}

function load(file: string | undefined): Map<Uuid, FakeMachine> {
  if (file === undefined || !existsSync(file)) return new Map()
  const rows = deserialize(readFileSync(file)) as [Uuid, FakeMachine][]
  return new Map(
    rows.map(([uuid, machine]) => {
      const disk = new SparseBytes(machine.disk.sizeBytes, machine.disk.blocks, machine.disk.dirty)
      return [uuid, { ...machine, disk }]
    })
  )
}
