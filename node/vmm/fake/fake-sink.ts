import { encodeConfig } from '../config-part.ts'
import { requireConfig, requireRange } from '../part-shapes.ts'
import {
  type ContentSink,
  type MachineSpec,
  type PartName,
  type PartShape,
  type ReceiveBase,
  VmmError
} from '../vmm.ts'
import { sparse } from './fake-content.ts'
import { type FakeHost, type FakeMachine, newFakeMachine } from './fake-host.ts'
import { SparseBytes } from './sparse-bytes.ts'

export interface FakeSinkPlan {
  readonly spec: MachineSpec
  readonly shapes: readonly PartShape[]
  readonly base: ReceiveBase
  /** Disk of the image. */
  readonly image: SparseBytes
  readonly resume: boolean
  /** Asked before every write: throws when the host's disk is scripted to be full. */
  readonly full: () => void
  /** Asked before the commit: throws when the older copy must stay. */
  readonly replaceable: () => void
  readonly closed: () => void
}

export function openFakeSink(host: FakeHost, plan: FakeSinkPlan): ContentSink {
  const { spec, shapes } = plan
  const words = describe(host, plan)
  const found = plan.resume ? host.incoming.get(spec.uuid) : undefined
  const resumed = found?.words === words
  const parts = resumed ? found.parts : begin(host, plan)
  host.incoming.set(spec.uuid, { words, parts })
  let isOpen = true
  const touch = (part: PartName, offset: number, length: number): SparseBytes => {
    if (!isOpen) {
      const why = `The copy of machine ${spec.uuid} is already closed.`
      throw new VmmError('WRONG_STATUS', why)
    }
    requireRange(shapes, part, offset, length)
    return parts.get(part) ?? new SparseBytes(0)
  }
  const close = (): void => {
    if (isOpen) plan.closed()
    isOpen = false
  }
  return {
    resumed,
    write: async (part, offset, bytes) => {
      const into = touch(part, offset, bytes.length)
      plan.full()
      into.write(offset, bytes)
    },
    zero: async (part, offset, length) => {
      const into = touch(part, offset, length)
      plan.full()
      into.zero(offset, length)
    },
    read: async (part, offset, length) => touch(part, offset, length).read(offset, length),
    door: async () => undefined,
    commit: async () => {
      touch('config', 0, 0)
      requireConfig(spec, whole(parts.get('config')) ?? new Uint8Array(0))
      plan.replaceable()
      close()
      host.incoming.delete(spec.uuid)
      host.machines.set(spec.uuid, arrived(spec, parts))
      host.save()
    },
    leave: async () => close(),
    discard: async () => {
      if (isOpen) host.incoming.delete(spec.uuid)
      close()
    }
  }
}

/** A copy whose base has changed since is another one. */
function describe(host: FakeHost, { spec, shapes, base }: FakeSinkPlan): string {
  const older = base === 'cached' ? stampOfFake(host.machine(spec.uuid)) : ''
  return JSON.stringify({ spec, shapes, base, older })
}

function begin(host: FakeHost, plan: FakeSinkPlan): Map<PartName, SparseBytes> {
  const { spec, shapes, base } = plan
  const parts = new Map(shapes.map(part => [part.name, new SparseBytes(part.sizeBytes)]))
  const older = base === 'cached' ? host.machine(spec.uuid) : undefined
  const disk = base === 'image' ? plan.image : older?.disk
  for (const { name, sizeBytes } of shapes) {
    if (name === 'config' && older !== undefined) {
      parts.set(name, sparse(encodeConfig(older.spec)).copy(sizeBytes))
    }
    if (name === 'disk' && disk !== undefined) parts.set(name, disk.copy(sizeBytes))
    const memory = name === 'memory' ? older?.memory : undefined
    if (memory !== undefined) parts.set(name, sparse(memory).copy(sizeBytes))
  }
  return parts
}

function arrived(spec: MachineSpec, parts: Map<PartName, SparseBytes>): FakeMachine {
  const memory = whole(parts.get('memory'))
  const machine = newFakeMachine(spec, parts.get('disk') ?? new SparseBytes(0))
  return { ...machine, status: memory === undefined ? 'down' : 'suspended', memory }
}

function whole(part: SparseBytes | undefined): Uint8Array | undefined {
  return part?.read(0, part.sizeBytes)
}

/** The same text as long as the bytes are the same ones. */
export function stampOfFake({ incarnation, writes }: FakeMachine): string {
  return `${incarnation} ${writes}`
}
