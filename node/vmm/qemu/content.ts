import { type FileHandle, open, stat } from 'node:fs/promises'
import { CONFIG_FORMAT, encodeConfig } from '../config-part.ts'
import { DISK_FORMAT, requireRange } from '../part-shapes.ts'
import type { Extent, MachineContent, MachineSpec, PartShape } from '../vmm.ts'
import { readMemoryFormat } from './arguments.ts'
import { recordedSince } from './change-record.ts'
import { type ExportedDisk, exportDisk } from './disk.ts'
import { layerFilesOf } from './disk-chain.ts'
import { readExactly } from './file-bytes.ts'
import type { MachineFolder } from './machine-folder.ts'
import { pageExtents } from './memory/index.ts'

/** Opens the contents of a machine that has no guest. */
export async function openContent(
  spec: MachineSpec,
  folder: MachineFolder,
  socketPath: string,
  closed: () => Promise<void>
): Promise<MachineContent & { readonly disk: ExportedDisk }> {
  const config = encodeConfig(spec)
  const { state, format } = await folder.findMemory()
  const memoryFile = state === 'saved' ? folder.memory(format) : undefined
  const memoryBytes = memoryFile === undefined ? 0 : (await stat(memoryFile)).size
  const mark = await recordedSince(folder.disk)
  const disk = await exportDisk({ file: folder.disk, socketPath, mode: 'read', bitmap: mark })
  const memory = memoryFile === undefined ? undefined : await open(memoryFile, 'r')
  const memoryExtents = await extentsOf(memory, format)
  const files = await layerFilesOf(folder.disk, folder.folder)
  const parts: PartShape[] = [
    { name: 'config', format: CONFIG_FORMAT, sizeBytes: config.length },
    { name: 'disk', format: DISK_FORMAT, sizeBytes: disk.client.sizeBytes }
  ]
  if (memory !== undefined) parts.push({ name: 'memory', format, sizeBytes: memoryBytes })
  let isOpen = true
  return {
    parts,
    disk,
    mark,
    read: async (part, offset, length) => {
      requireRange(parts, part, offset, length)
      if (part === 'disk') return await disk.client.read(offset, length)
      if (part === 'config') return config.slice(offset, offset + length)
      return memory === undefined ? new Uint8Array(0) : await readExactly(memory, offset, length)
    },
    extents: async (part, within) => {
      requireRange(parts, part, within?.offset ?? 0, within?.length ?? 0)
      if (part === 'disk') return await disk.client.extents(within)
      const whole = { offset: 0, length: part === 'config' ? config.length : memoryBytes }
      return part === 'memory' ? memoryExtents(within ?? whole) : [within ?? whole]
    },
    changed: async (part, within) => {
      requireRange(parts, part, within?.offset ?? 0, within?.length ?? 0)
      if (part !== 'disk' || mark === undefined) return undefined
      return await disk.client.dirty(mark, within)
    },
    door: part => {
      if (part === 'disk') return { kind: 'layers', files, otherwise: { kind: 'nbd', socketPath } }
      return part === 'memory' && memoryFile ? { kind: 'file', path: memoryFile } : undefined
    },
    close: async () => {
      if (!isOpen) return
      isOpen = false
      await memory?.close()
      await disk.close()
      await closed()
    }
  }
}

/** Of a memory in QEMU's own stream it is not known where the zeros are. */
async function extentsOf(
  memory: FileHandle | undefined,
  format: string
): Promise<(within: Extent) => readonly Extent[]> {
  const isPages = readMemoryFormat(format)?.kind === 'pages'
  return memory !== undefined && isPages ? await pageExtents(memory) : within => [within]
}
