import { execFile } from 'node:child_process'
import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { formatBytes } from '../../format/index.ts'

export interface Finding {
  readonly name: string
  /** `bad` keeps the node from its work; `warning` makes it slower or will hurt later. */
  readonly verdict: 'good' | 'warning' | 'bad'
  readonly found: string
  readonly cure: string
}

/** A machine's disk and memory file take a few hundred MB; below this a store or a suspend soon fails. */
const DISK_BYTES_MIN = 1024 ** 3

/** A program that does not print its version within this hangs. */
const PROGRAM_PATIENCE_MS = 5000

export async function findNodeVersion(version: string): Promise<Finding> {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const good = major > 20 || (major === 20 && minor >= 19)
  return {
    name: 'Node.js',
    verdict: good ? 'good' : 'bad',
    found: version,
    cure: good ? '' : 'install Node.js 20.19 or newer'
  }
}

export async function findDataDir(dir: string): Promise<Finding> {
  const name = 'data directory'
  try {
    const { mode } = await stat(dir)
    await access(dir, constants.W_OK)
    const open = (mode & 0o077) !== 0
    return {
      name,
      verdict: open ? 'warning' : 'good',
      found: open ? `${dir}, others on this computer can read it` : dir,
      cure: open ? `chmod 700 ${dir}` : ''
    }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return {
      name,
      verdict: 'bad',
      found: missing ? `${dir} does not exist` : `${dir} cannot be written`,
      cure: missing ? `virtuoso node init --data ${dir}` : 'use --data with a directory of yours'
    }
  }
}

export async function findProgram(
  name: string,
  program: string,
  args: readonly string[],
  purpose: string
): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: PROGRAM_PATIENCE_MS })
    return { name, verdict: 'good', found: stdout.split('\n', 1)[0] ?? '', cure: '' }
  } catch {
    return {
      name,
      verdict: 'warning',
      found: `${program} does not run; ${purpose}`,
      cure: 'on Debian: apt-get install --no-install-recommends qemu-system-x86 qemu-utils'
    }
  }
}

export async function findKvm(device: string): Promise<Finding> {
  const name = 'acceleration'
  try {
    await access(device, constants.R_OK | constants.W_OK)
    return {
      name,
      verdict: 'good',
      found: `${device} can be opened; a trial boot decides (virtuoso host facts tells)`,
      cure: ''
    }
  } catch {
    return {
      name,
      verdict: 'warning',
      found: `${device} cannot be opened: machines are emulated, about ten times slower`,
      cure: 'enable virtualization in the firmware; add yourself to the group kvm'
    }
  }
}

export async function findDisk(dir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestExisting(dir))
  const free = bavail * bsize
  const enough = free >= DISK_BYTES_MIN
  return {
    name: 'disk',
    verdict: enough ? 'good' : 'bad',
    found: `${formatBytes(free)} free`,
    cure: enough
      ? ''
      : `free at least ${formatBytes(DISK_BYTES_MIN)}, or use --data on another disk`
  }
}

async function nearestExisting(dir: string): Promise<string> {
  try {
    await stat(dir)
    return dir
  } catch {
    const parent = dirname(dir)
    return parent === dir ? dir : nearestExisting(parent)
  }
}

/** Six times the pause between two blocks of an idle ledger. */
const BLOCK_AGE_MAX_MS = 30_000
/** Voters take no block whose time is further ahead of their clocks than half a second. */
const BLOCK_AHEAD_MAX_MS = 5_000

/** Blocks carry the coordinators' time: a computer whose clock differs takes them for old, and pauses its machines. */
export function judgeBlockAge(blockTimeMs: number, nowMs: number): Finding {
  const name = 'newest block'
  const ageMs = nowMs - blockTimeMs
  if (ageMs > BLOCK_AGE_MAX_MS) {
    return {
      name,
      verdict: 'warning',
      found: `${Math.round(ageMs / 1000)} s old: the ledger stands still, is not reached, or this clock is ahead`,
      cure: 'set the clock (timedatectl) and see `virtuoso node peers`; a host pauses its machines meanwhile'
    }
  }
  if (ageMs < -BLOCK_AHEAD_MAX_MS) {
    return {
      name,
      verdict: 'warning',
      found: `${Math.round(-ageMs / 1000)} s ahead of this computer's clock`,
      cure: 'set the clock (timedatectl): offers and orders of others look as if they came from the future'
    }
  }
  return {
    name,
    verdict: 'good',
    found: `${Math.max(0, Math.round(ageMs / 1000))} s old`,
    cure: ''
  }
}
