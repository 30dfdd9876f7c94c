import { open } from 'node:fs/promises'
import { encodeConfig } from '../config-part.ts'
import { diskFullOr } from '../free-space.ts'
import { requireConfig, requireRange } from '../part-shapes.ts'
import { type ContentSink, type MachineSpec, type PartShape, VmmError } from '../vmm.ts'
import { exportDisk } from './disk.ts'
import { syncFile, writeDurably } from './durable.ts'
import { readExactly, writeExactly } from './file-bytes.ts'
import { forgetMark } from './incoming.ts'
import type { MachineFolder } from './machine-folder.ts'

/** The disk's server turns written zeros into holes of the layer, which hide what lies below. */
const ZEROS = new Uint8Array(2 ** 20)

export interface SinkEnd {
  /** Puts the complete folder in the machine's place. */
  readonly putInPlace: () => Promise<void>
  /** Removes the folder if it is still there. */
  readonly remove: () => Promise<void>
}

/**
 *     open --commit--> in place
 *     open --discard, failed commit then discard--> removed
 */
export async function openSink(
  spec: MachineSpec,
  parts: readonly PartShape[],
  folder: MachineFolder,
  socketPath: string,
  end: SinkEnd
): Promise<ContentSink> {
  const disk = await exportDisk(folder.disk, socketPath, 'write')
  const shape = parts.find(part => part.name === 'memory')
  const memory = shape === undefined ? undefined : await open(folder.unfinishedMemory, 'r+')
  const config = Buffer.alloc(encodeConfig(spec).length)
  let isOpen = true

  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await memory?.close()
    await disk.close()
  }
  const finish = async (): Promise<void> => {
    await memory?.sync()
    await disk.client.flush()
    await close()
    await syncFile(folder.disk)
    if (shape !== undefined) await folder.finishMemory(shape.format)
    await writeDurably(folder.config, config)
    await forgetMark(folder)
  }
  const write: ContentSink['write'] = async (part, offset, bytes) => {
    if (part === 'disk') await disk.client.write(offset, bytes)
    else if (part === 'config') config.set(bytes, offset)
    else if (memory !== undefined) await writeExactly(memory, offset, bytes)
  }
  const checked: ContentSink['write'] = async (part, offset, bytes) => {
    requireOpen(isOpen, spec)
    requireRange(parts, part, offset, bytes.length)
    await write(part, offset, bytes).catch(error => {
      throw diskFullOr(error, folder.folder)
    })
  }
  return {
    write: checked,
    zero: async (part, offset, length) => {
      for (let at = 0; at < length; at += ZEROS.length) {
        await checked(part, offset + at, ZEROS.subarray(0, Math.min(ZEROS.length, length - at)))
      }
    },
    read: async (part, offset, length) => {
      requireOpen(isOpen, spec)
      requireRange(parts, part, offset, length)
      if (part === 'disk') return await disk.client.read(offset, length)
      if (part === 'config') return Uint8Array.from(config.subarray(offset, offset + length))
      return memory === undefined ? new Uint8Array(0) : await readExactly(memory, offset, length)
    },
    commit: async () => {
      requireOpen(isOpen, spec)
      requireConfig(spec, config)
      await finish().catch(error => {
        throw diskFullOr(error, folder.folder)
      })
      await end.putInPlace()
    },
    discard: async () => {
      await close()
      await end.remove()
    }
  }
}

function requireOpen(isOpen: boolean, spec: MachineSpec): void {
  if (isOpen) return
  throw new VmmError('WRONG_STATUS', `The copy of machine ${spec.uuid} is already closed.`)
}
