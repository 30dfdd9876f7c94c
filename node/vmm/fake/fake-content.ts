import { createHash } from 'node:crypto'
import { CONFIG_FORMAT, encodeConfig } from '../config-part.ts'
import { DISK_FORMAT, requireConfig, requireRange } from '../part-shapes.ts'
import type { ContentSink, MachineContent, MachineSpec, PartName, PartShape } from '../vmm.ts'
import { FAKE_MEMORY_FORMAT } from './fake-guest.ts'
import type { FakeHost, FakeMachine } from './fake-host.ts'
import { SparseBytes } from './sparse-bytes.ts'

export function openFakeContent(machine: FakeMachine, closed: () => void): MachineContent {
  const bytes = partsOf(machine)
  const parts = shapesOf(bytes)
  let isOpen = true
  return {
    parts,
    read: async (part, offset, length) => {
      requireRange(parts, part, offset, length)
      return bytes.get(part)?.read(offset, length) ?? new Uint8Array(0)
    },
    extents: async part => {
      requireRange(parts, part, 0, 0)
      return bytes.get(part)?.extents() ?? []
    },
    close: async () => {
      if (isOpen) closed()
      isOpen = false
    }
  }
}

function partsOf(machine: FakeMachine): Map<PartName, SparseBytes> {
  const parts = new Map<PartName, SparseBytes>()
  parts.set('config', sparse(encodeConfig(machine.spec)))
  parts.set('disk', machine.disk)
  if (machine.memory !== undefined) parts.set('memory', sparse(machine.memory))
  return parts
}

function sparse(bytes: Uint8Array): SparseBytes {
  const copy = new SparseBytes(bytes.length)
  copy.write(0, bytes)
  return copy
}

function shapesOf(bytes: Map<PartName, SparseBytes>): PartShape[] {
  const formats = { config: CONFIG_FORMAT, disk: DISK_FORMAT, memory: FAKE_MEMORY_FORMAT }
  return [...bytes].map(([name, { sizeBytes }]) => ({ name, format: formats[name], sizeBytes }))
}

/** `full` is asked before every write and throws when the host's disk is scripted to be full. */
export function openFakeSink(
  host: FakeHost,
  spec: MachineSpec,
  shapes: readonly PartShape[],
  base: FakeMachine | undefined,
  full: () => void,
  replaceable: () => void
): ContentSink {
  const old = base === undefined ? undefined : partsOf(base)
  const parts = new Map(
    shapes.map(part => [part.name, begunAs(old?.get(part.name), part.sizeBytes)])
  )
  const key = `${spec.uuid}-${host.incoming.size}`
  host.incoming.set(key, spec)
  return {
    write: async (part, offset, bytes) => {
      requireRange(shapes, part, offset, bytes.length)
      full()
      parts.get(part)?.write(offset, bytes)
    },
    zero: async (part, offset, length) => {
      requireRange(shapes, part, offset, length)
      full()
      parts.get(part)?.write(offset, new Uint8Array(length))
    },
    read: async (part, offset, length) => {
      requireRange(shapes, part, offset, length)
      return parts.get(part)?.read(offset, length) ?? new Uint8Array(0)
    },
    commit: async () => {
      requireConfig(spec, whole(parts.get('config')) ?? new Uint8Array(0))
      replaceable()
      host.incoming.delete(key)
      host.machines.set(spec.uuid, arrived(spec, parts))
      host.save()
    },
    discard: async () => {
      host.incoming.delete(key)
    }
  }
}

function begunAs(old: SparseBytes | undefined, sizeBytes: number): SparseBytes {
  const begun = new SparseBytes(sizeBytes)
  for (const { offset, length } of old?.extents() ?? []) {
    const shared = Math.min(length, sizeBytes - offset)
    if (shared > 0) begun.write(offset, old?.read(offset, shared) ?? new Uint8Array())
  }
  return begun
}

function arrived(spec: MachineSpec, parts: Map<PartName, SparseBytes>): FakeMachine {
  const memory = whole(parts.get('memory'))
  return {
    spec,
    status: memory === undefined ? 'down' : 'suspended',
    disk: parts.get('disk') ?? new SparseBytes(0),
    memory,
    guest: undefined,
    serial: new Uint8Array(0)
  }
}

function whole(part: SparseBytes | undefined): Uint8Array | undefined {
  return part?.read(0, part.sizeBytes)
}

/** The bytes themselves, in short: a fake machine has no files. */
export function stampOfFake(machine: FakeMachine): string {
  const hash = createHash('sha256')
  for (const [name, bytes] of partsOf(machine)) {
    hash.update(`${name} ${bytes.sizeBytes}\n`)
    for (const { offset, length } of bytes.extents()) {
      hash.update(`${offset}\n`).update(bytes.read(offset, length))
    }
  }
  return hash.digest('hex')
}
