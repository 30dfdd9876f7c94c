import { createHash } from 'node:crypto'
import { lstat, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Uuid } from '../../../ledger/index.ts'

/** sun_path has 108 bytes on Linux and 104 on other systems, with the zero at its end. */
const SOCKET_PATH_MAX_BYTES = 103

const LONGEST_NAME = 'content-0000.sock'

/** Where the sockets of one running machine are; derived, so that a later process finds them again. */
export interface RunFolder {
  readonly folder: string
  readonly qmp: string
  readonly serial: string
  readonly display: string
  readonly memory: string
  readonly pid: string
}

export function runFolder(base: string, machine: Uuid): RunFolder {
  const folder = join(base, machine)
  return {
    folder,
    qmp: join(folder, 'qmp.sock'),
    serial: join(folder, 'serial.sock'),
    display: join(folder, 'vnc.sock'),
    memory: join(folder, 'memory.sock'),
    pid: join(folder, 'pid')
  }
}

/**
 * The folder for all sockets of a data directory: inside it if the paths are short enough for a socket, else
 * one in the system's temporary folder, named by a hash of the data directory.
 */
export function runBase(dataDir: string, temporary: string): string {
  const short = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const inside = join(dataDir, 'run')
  const outside = join(temporary, `virtuoso-${short}`)
  return [inside, outside].find(fits) ?? join('/tmp', `virtuoso-${short}`)
}

function fits(base: string): boolean {
  const uuid = '00000000-0000-0000-0000-000000000000'
  return Buffer.byteLength(join(base, uuid, LONGEST_NAME)) <= SOCKET_PATH_MAX_BYTES
}

/** Makes a folder that only we can enter; somebody else's of the same name is refused. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder)
  const ours = process.getuid === undefined || found.uid === process.getuid()
  if (found.isDirectory() && ours && (found.mode & 0o077) === 0) return
  throw new Error(`${folder} is not a folder of ours alone (owner ${found.uid}); remove it.`)
}

export async function removeRunFolder(run: RunFolder): Promise<void> {
  await rm(run.folder, { recursive: true, force: true })
}
