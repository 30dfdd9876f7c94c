import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { VmmError } from '../vmm.ts'
import { NbdClient } from './nbd-client.ts'
import { missing } from './process.ts'
import { connectPatiently } from './unix-socket.ts'

const run = promisify(execFile)

/**
 * Subclusters of 4 KiB in clusters of 128 KiB: a guest's small writes to an overlay take 2.3 times less room
 * than with plain clusters.
 */
const DISK_FORMAT_WORDS = 'extended_l2=on,cluster_size=128k'

export interface NewDisk {
  readonly file: string
  readonly sizeBytes: number
  /** The disk below, of which the new one holds the differences; a bare name lies beside the new one. */
  readonly base?: string | undefined
  /** Of the disk below. Default `raw`: the disk of an image. */
  readonly baseFormat?: 'raw' | 'qcow2' | undefined
}

/** More layers would cost every read a look into each: they are folded into the lowest. */
export const LAYERS_MAX = 3

/** Throws VMM_MISSING or VMM_FAILED. */
export async function makeDisk(disk: NewDisk): Promise<void> {
  const base = disk.base === undefined ? [] : ['-b', disk.base, '-F', disk.baseFormat ?? 'raw']
  const words = ['create', '-q', '-f', 'qcow2', '-o', DISK_FORMAT_WORDS, ...base]
  try {
    await run('qemu-img', [...words, disk.file, String(disk.sizeBytes)])
  } catch (cause) {
    if (isNotFound(cause)) throw missing('qemu-img', cause)
    throw new VmmError('VMM_FAILED', `qemu-img could not make ${disk.file}.`, { cause })
  }
}

/** Layers are told apart by a number that grows upwards. */
export function baseName(number: number): string {
  return `base-${number}.qcow2`
}

/** 0 for what is no layer. */
export function numberOfBase(name: string | undefined): number {
  return Number(/^base-([1-9][0-9]*)\.qcow2$/.exec(name ?? '')?.[1] ?? 0)
}

/**
 * Folds all layers below a disk into the lowest; gives the names that are left. At every moment the disk reads the
 * same: what is written into the lowest layer is what the ones above show already.
 */
export async function foldBases(
  folder: { readonly folder: string; readonly disk: string },
  layers: readonly string[]
): Promise<readonly string[]> {
  const [lowest, ...above] = layers
  const top = above.at(-1)
  if (lowest === undefined || top === undefined) return layers
  const words = { cwd: folder.folder }
  try {
    await run('qemu-img', ['commit', '-q', '-f', 'qcow2', '-b', lowest, top], words)
    await run('qemu-img', ['rebase', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', lowest, folder.disk])
  } catch (cause) {
    throw new VmmError('VMM_FAILED', `The layers below ${folder.disk} could not be folded.`, {
      cause
    })
  }
  for (const name of above) await rm(join(folder.folder, name), { force: true })
  return [lowest]
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

export interface ExportedDisk {
  readonly client: NbdClient
  /** Writes everything out and waits until the file is free again. */
  close(): Promise<void>
}

const EXPORT_PATIENCE_MS = 20_000

/** A disk that no guest uses, as its guest would see it. The server ends when we hang up, also by a crash. */
export async function exportDisk(
  file: string,
  socketPath: string,
  mode: 'read' | 'write'
): Promise<ExportedDisk> {
  await rm(socketPath, { force: true })
  const access = mode === 'read' ? ['--read-only'] : ['--discard=unmap', '--detect-zeroes=unmap']
  const words = ['--format=qcow2', `--socket=${socketPath}`, '--shared=1', ...access, file]
  const server = spawn('qemu-nbd', words, { stdio: ['ignore', 'ignore', 'pipe'] })
  let complaint = ''
  server.stderr.on('data', bytes => {
    complaint = `${complaint}${String(bytes)}`.slice(0, 2000)
  })
  const exited = new Promise<void>(resolve => server.once('close', () => resolve()))
  try {
    await once(server, 'spawn')
  } catch (cause) {
    throw missing('qemu-nbd', cause)
  }
  try {
    const isHopeless = (): boolean => server.exitCode !== null
    const socket = await connectPatiently(socketPath, EXPORT_PATIENCE_MS, isHopeless)
    const client = await NbdClient.open(socket)
    const close = async (): Promise<void> => {
      client.end()
      await exited
      await rm(socketPath, { force: true })
    }
    return { client, close }
  } catch (cause) {
    server.kill('SIGKILL')
    await exited
    throw new VmmError('VMM_FAILED', `The disk could not be opened: ${complaint.trim()}`, { cause })
  }
}
