import { CONFIG_FORMAT, encodeConfig } from '../config-part.ts'
import { DISK_FORMAT, requireRange } from '../part-shapes.ts'
import type { Extent, MachineContent, PartName, PartShape } from '../vmm.ts'
import { FAKE_MEMORY_FORMAT } from './fake-guest.ts'
import type { FakeMachine } from './fake-host.ts'
import { SparseBytes } from './sparse-bytes.ts'

export function openFakeContent(
  machine: Pick<FakeMachine, 'spec' | 'disk' | 'memory' | 'mark'>,
  closed: () => void
): MachineContent {
  const bytes = partsOf(machine)
  const parts = shapesOf(bytes)
  const { mark, disk } = machine
  let isOpen = true
  return {
    parts,
    mark,
    read: async (part, offset, length) => {
      requireRange(parts, part, offset, length)
      if (!isOpen) throw new Error(`The contents of machine ${machine.spec.uuid} are closed.`)
      return bytes.get(part)?.read(offset, length) ?? new Uint8Array(0)
    },
    extents: async (part, within) => {
      requireRange(parts, part, within?.offset ?? 0, within?.length ?? 0)
      return cut(bytes.get(part)?.extents() ?? [], within)
    },
    changed: async (part, within) => {
      requireRange(parts, part, within?.offset ?? 0, within?.length ?? 0)
      return part !== 'disk' || mark === undefined ? undefined : cut(disk.changed(), within)
    },
    door: () => undefined,
    close: async () => {
      if (isOpen) closed()
      isOpen = false
    }
  }
}

function cut(extents: readonly Extent[], within: Extent | undefined): readonly Extent[] {
  if (within === undefined) return extents
  return extents.flatMap(({ offset, length }) => {
    const from = Math.max(offset, within.offset)
    const to = Math.min(offset + length, within.offset + within.length)
    return from < to ? [{ offset: from, length: to - from }] : []
  })
}

function partsOf(
  machine: Pick<FakeMachine, 'spec' | 'disk' | 'memory'>
): Map<PartName, SparseBytes> {
  const parts = new Map<PartName, SparseBytes>()
  parts.set('config', sparse(encodeConfig(machine.spec)))
  parts.set('disk', machine.disk)
  if (machine.memory !== undefined) parts.set('memory', sparse(machine.memory))
  return parts
}

export function sparse(bytes: Uint8Array): SparseBytes {
  const copy = new SparseBytes(bytes.length)
  copy.write(0, bytes)
  return copy
}

function shapesOf(bytes: Map<PartName, SparseBytes>): PartShape[] {
  const formats = { config: CONFIG_FORMAT, disk: DISK_FORMAT, memory: FAKE_MEMORY_FORMAT }
  return [...bytes].map(([name, { sizeBytes }]) => ({ name, format: formats[name], sizeBytes }))
}
