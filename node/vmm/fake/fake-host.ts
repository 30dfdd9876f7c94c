import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { Uuid } from '../../../ledger/index.ts'
import { absent } from '../statuses.ts'
import type { MachineSpec } from '../vmm.ts'
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
}

/**
 * The physical machine below the fake driver. It outlives the driver, as QEMU processes outlive a node: a
 * second driver over the same host adopts its guests. With a folder it outlives the process as well.
 */
export class FakeHost {
  readonly machines: Map<Uuid, FakeMachine>
  /** Contents on their way here, by an arbitrary key. */
  readonly incoming: Map<string, MachineSpec> = new Map()
  readonly #file: string | undefined

  constructor(folder?: string) {
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#file = folder === undefined ? undefined : join(folder, 'fake-machines')
    this.machines = load(this.#file)
  }

  machine(uuid: Uuid): FakeMachine {
    const machine = this.machines.get(uuid)
    if (machine === undefined) throw absent(uuid)
    return machine
  }

  /** Written aside and renamed, so that a killed process leaves the old state or the new one. */
  save(): void {
    if (this.#file === undefined) return
    const rows = [...this.machines].map(([uuid, machine]) => [
      uuid,
      { ...machine, disk: { sizeBytes: machine.disk.sizeBytes, blocks: machine.disk.blocks } }
    ])
    writeFileSync(`${this.#file}.tmp`, serialize(rows), { mode: 0o600 })
    renameSync(`${this.#file}.tmp`, this.#file)
  }
}

function load(file: string | undefined): Map<Uuid, FakeMachine> {
  if (file === undefined || !existsSync(file)) return new Map()
  const rows = deserialize(readFileSync(file)) as [Uuid, FakeMachine][]
  return new Map(
    rows.map(([uuid, machine]) => {
      const disk = new SparseBytes(machine.disk.sizeBytes, machine.disk.blocks)
      return [uuid, { ...machine, disk }]
    })
  )
}
