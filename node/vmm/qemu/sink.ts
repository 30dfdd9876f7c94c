import { rm } from 'node:fs/promises'
import { encodeConfig } from '../config-part.ts'
import { diskFullOr } from '../free-space.ts'
import { requireConfig, requireRange } from '../part-shapes.ts'
import {
  type ContentSink,
  type MachineSpec,
  type PartName,
  type PartShape,
  VmmError
} from '../vmm.ts'
import { exportDisk } from './disk.ts'
import { syncFile, writeDurably } from './durable.ts'
import type { MachineFolder } from './machine-folder.ts'
import { type MemorySink, openMemorySink } from './memory-sink.ts'

export interface SinkEnd {
  /** Puts the complete folder in the machine's place. */
  readonly putInPlace: () => Promise<void>
  /** Nobody writes any more; the folder stays. */
  readonly left: () => Promise<void>
  /** Removes the folder if it is still there. */
  readonly remove: () => Promise<void>
}

export interface SinkPlan {
  readonly spec: MachineSpec
  readonly parts: readonly PartShape[]
  /** Parts that will be written. */
  readonly changing: readonly PartName[]
  /** Where the disk has been made ready. */
  readonly folder: MachineFolder
  readonly socketPath: string
  /** Older memory to begin with. */
  readonly baseMemory: string | undefined
  /** Older configuration to begin with. */
  readonly baseConfig: Uint8Array | undefined
  readonly resumed: boolean
}

/**
 *     open --commit--> in place
 *     open --leave--> kept for a next receive
 *     open --discard, failed commit then discard--> removed
 */
export async function openSink(plan: SinkPlan, end: SinkEnd): Promise<ContentSink> {
  const { spec, parts, folder, resumed } = plan
  const shape = parts.find(part => part.name === 'memory')
  const memory = shape && (await openMemory(plan, shape))
  const disk = await exportDisk({ file: folder.disk, socketPath: plan.socketPath, mode: 'write' })
  const config = Buffer.alloc(encodeConfig(spec).length)
  config.set((plan.baseConfig ?? new Uint8Array(0)).subarray(0, config.length))
  let isOpen = true

  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await memory?.close()
    await disk.close()
  }
  const finish = async (): Promise<void> => {
    await memory?.finish()
    await disk.client.flush()
    await close()
    await syncFile(folder.disk)
    await rm(folder.arrival, { force: true })
    if (shape !== undefined) await folder.finishMemory(shape.format)
    await writeDurably(folder.config, config)
  }
  const write: ContentSink['write'] = async (part, offset, bytes) => {
    if (part === 'disk') await disk.client.write(offset, bytes)
    else if (part === 'config') config.set(bytes, offset)
    else await memory?.write(offset, bytes)
  }
  const zero: ContentSink['zero'] = async (part, offset, length) => {
    if (part === 'disk') await disk.client.zero(offset, length)
    else if (part === 'config') config.fill(0, offset, offset + length)
    else await memory?.zero(offset, length)
  }
  const full = (error: unknown): never => {
    throw diskFullOr(error, folder.folder)
  }
  return {
    resumed,
    write: async (part, offset, bytes) => {
      requireOpen(isOpen, spec)
      requireRange(parts, part, offset, bytes.length)
      await write(part, offset, bytes).catch(full)
    },
    zero: async (part, offset, length) => {
      requireOpen(isOpen, spec)
      requireRange(parts, part, offset, length)
      await zero(part, offset, length).catch(full)
    },
    read: async (part, offset, length) => {
      requireOpen(isOpen, spec)
      requireRange(parts, part, offset, length)
      if (part === 'disk') return await disk.client.read(offset, length)
      if (part === 'config') return Uint8Array.from(config.subarray(offset, offset + length))
      return (await memory?.read(offset, length)) ?? new Uint8Array(0)
    },
    door: async part => {
      requireOpen(isOpen, spec)
      if (part === 'disk') return { kind: 'nbd', socketPath: plan.socketPath }
      return part === 'memory' ? await memory?.door().catch(full) : undefined
    },
    commit: async () => {
      requireOpen(isOpen, spec)
      requireConfig(spec, config)
      await finish().catch(full)
      await end.putInPlace()
    },
    leave: async () => {
      await close()
      await end.left()
    },
    discard: async () => {
      await close()
      await end.remove()
    }
  }
}

async function openMemory(plan: SinkPlan, shape: PartShape): Promise<MemorySink> {
  const file = plan.folder.unfinishedMemory
  const memory = await openMemorySink({ file, sizeBytes: shape.sizeBytes, base: plan.baseMemory })
  // Copying what it begins as takes a while; who writes waits for it, and hears if it failed.
  if (plan.changing.includes('memory')) memory.door().catch(() => undefined)
  return memory
}

function requireOpen(isOpen: boolean, spec: MachineSpec): void {
  if (isOpen) return
  throw new VmmError('WRONG_STATUS', `The copy of machine ${spec.uuid} is already closed.`)
}
