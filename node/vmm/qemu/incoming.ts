import { link, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { diskBytes } from '../part-shapes.ts'
import type { MachineSpec, PartShape, ReceiveBase } from '../vmm.ts'
import { baseName, foldBases, LAYERS_MAX, makeDisk, numberOfBase } from './disk.ts'
import { writeDurably } from './durable.ts'
import type { MachineFolder } from './machine-folder.ts'

export interface IncomingWish {
  readonly spec: MachineSpec
  readonly parts: readonly PartShape[]
  readonly base: ReceiveBase
  /** Raw disk of the machine's image. */
  readonly imageDisk: string | undefined
  /** The older copy, when the base is `cached`. */
  readonly cached: MachineFolder | undefined
}

/** Says that a folder is ready to be filled, and for what. */
const MARK = 'receive.json'

/** Whether the folder was made ready for the very same wish, so that what lies in it can be gone on with. */
export async function isReadyFor(folder: MachineFolder, wish: IncomingWish): Promise<boolean> {
  const mark = await readFile(join(folder.folder, MARK), 'utf8').catch(() => null)
  return mark === markOf(wish)
}

/**
 * Makes an empty folder ready: a disk that begins as the base, room for the memory. The bytes of a cached disk are
 * not copied: its files get a second name here, and the new disk is a layer over them, so the old copy stays whole.
 */
export async function makeReady(folder: MachineFolder, wish: IncomingWish): Promise<void> {
  const sizeBytes = diskBytes(wish.spec)
  const base = await baseDisk(folder, wish)
  await makeDisk({ file: folder.disk, sizeBytes, base: base?.file, baseFormat: base?.format })
  const memory = wish.parts.find(part => part.name === 'memory')
  if (memory !== undefined) await makeMemory(folder, memory, wish.cached)
  await writeDurably(join(folder.folder, MARK), Buffer.from(markOf(wish)))
}

/** The folder is a machine from here on. */
export async function forgetMark(folder: MachineFolder): Promise<void> {
  await rm(join(folder.folder, MARK), { force: true })
}

function markOf({ base, parts, cached }: IncomingWish): string {
  return JSON.stringify({ base, parts, cached: cached !== undefined })
}

async function baseDisk(
  folder: MachineFolder,
  { base, cached, imageDisk }: IncomingWish
): Promise<{ readonly file: string; readonly format: 'raw' | 'qcow2' } | undefined> {
  if (base === 'image' && imageDisk !== undefined) return { file: imageDisk, format: 'raw' }
  if (base !== 'cached' || cached === undefined) return undefined
  const layers = await layersOf(cached)
  const kept = layers.length >= LAYERS_MAX ? await foldBases(cached, layers) : layers
  for (const name of kept) await link(join(cached.folder, name), join(folder.folder, name))
  const name = baseName(numberOfBase(kept.at(-1)) + 1)
  await link(cached.disk, join(folder.folder, name))
  return { file: name, format: 'qcow2' }
}

/** Names of the layers below a machine's disk, the lowest first. */
async function layersOf(folder: MachineFolder): Promise<readonly string[]> {
  const names = (await readdir(folder.folder)).filter(name => numberOfBase(name) > 0)
  return names.sort((a, b) => numberOfBase(a) - numberOfBase(b))
}

const COPY_BYTES = 2 ** 20

/** The old memory's bytes where there are some, as the base of the new. */
async function makeMemory(
  folder: MachineFolder,
  shape: PartShape,
  cached: MachineFolder | undefined
): Promise<void> {
  const target = await open(folder.unfinishedMemory, 'wx+', 0o600)
  try {
    await target.truncate(shape.sizeBytes)
    const old = cached?.memory(shape.format)
    const there = old === undefined ? undefined : await stat(old).catch(() => undefined)
    if (old === undefined || there === undefined) return
    const source = await open(old, 'r')
    try {
      const buffer = Buffer.alloc(COPY_BYTES)
      const zeros = Buffer.alloc(COPY_BYTES)
      const size = Math.min(there.size, shape.sizeBytes)
      for (let at = 0; at < size; at += COPY_BYTES) {
        const { bytesRead } = await source.read(buffer, 0, Math.min(COPY_BYTES, size - at), at)
        const bytes = buffer.subarray(0, bytesRead)
        if (!zeros.subarray(0, bytesRead).equals(bytes)) await target.write(bytes, 0, bytesRead, at)
      }
    } finally {
      await source.close()
    }
  } finally {
    await target.close()
  }
}
