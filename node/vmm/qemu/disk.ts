import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
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
  /** Raw disk of an image, of which the new one holds the differences. */
  readonly base?: string | undefined
}

/** Throws VMM_MISSING or VMM_FAILED. */
export async function makeDisk(disk: NewDisk): Promise<void> {
  const base = disk.base === undefined ? [] : ['-b', disk.base, '-F', 'raw']
  const words = ['create', '-q', '-f', 'qcow2', '-o', DISK_FORMAT_WORDS, ...base]
  await runQemuImg([...words, disk.file, String(disk.sizeBytes)])
}

/** Throws VMM_MISSING, or VMM_FAILED with what it complained of. */
export async function runQemuImg(words: readonly string[]): Promise<void> {
  try {
    await run('qemu-img', [...words])
  } catch (cause) {
    if (isNotFound(cause)) throw missing('qemu-img', cause)
    const why = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
    throw new VmmError('VMM_FAILED', `qemu-img ${words[0]} failed: ${why}`, { cause })
  }
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

/** The server of a process that was killed a moment ago writes out and lets go of its lock. */
const LOCK_ATTEMPTS_MAX = 50
const LOCK_PAUSE_MS = 100

export interface DiskExport {
  readonly file: string
  readonly socketPath: string
  readonly mode: 'read' | 'write'
  readonly format?: 'qcow2' | 'raw'
  /** A dirty bitmap to be told of. */
  readonly bitmap?: string | undefined
}

/** A disk that no guest uses, as its guest would see it. The server ends when we hang up, also by a crash. */
export async function exportDisk(plan: DiskExport): Promise<ExportedDisk> {
  for (let attempts = 1; ; attempts += 1) {
    const opened = await tryExport(plan)
    if ('client' in opened) return opened
    const isLocked = opened.complaint.includes('lock') && attempts < LOCK_ATTEMPTS_MAX
    if (!isLocked) {
      const why = `The disk could not be opened: ${opened.complaint}`
      throw new VmmError('VMM_FAILED', why, { cause: opened.cause })
    }
    await delay(LOCK_PAUSE_MS)
  }
}

async function tryExport(
  plan: DiskExport
): Promise<ExportedDisk | { readonly complaint: string; readonly cause: unknown }> {
  const { socketPath } = plan
  await rm(socketPath, { force: true })
  const env = { ...process.env, ...KEEPS_MEMORY }
  const server = spawn('qemu-nbd', exportWords(plan), { stdio: ['ignore', 'ignore', 'pipe'], env })
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
    const client = await NbdClient.open(socket, plan.bitmap)
    const close = async (): Promise<void> => {
      client.end()
      await exited
      await rm(socketPath, { force: true })
    }
    return { client, close }
  } catch (cause) {
    server.kill('SIGKILL')
    await exited
    return { complaint: complaint.trim(), cause }
  }
}

/**
 * The memory of each request is kept for the next one: to give it back to the system and to take it anew was half of
 * the server's processor time. The GNU C library heeds these, others do not mind them.
 */
const KEEPS_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(32 * 2 ** 20)
}

/** The driver itself, and a thread that moves many bytes. */
const CLIENTS_MAX = 2

function exportWords({ file, socketPath, mode, format, bitmap }: DiskExport): readonly string[] {
  const access = mode === 'read' ? ['--read-only'] : ['--discard=unmap', '--detect-zeroes=unmap']
  const told = bitmap === undefined ? [] : [`--bitmap=${bitmap}`]
  const place = [`--socket=${socketPath}`, `--shared=${CLIENTS_MAX}`]
  return [`--format=${format ?? 'qcow2'}`, ...place, ...access, ...told, file]
}
