import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { VmmError } from '../vmm.ts'

const LOOK_EVERY_MS = 20

export interface Launched {
  readonly pid: number
  /** True once the process is gone. */
  readonly hasExited: () => boolean
}

/**
 * Starts a program in a session of its own, so that it survives this process. Output goes to a file that
 * starts empty; QEMU writes a few lines to it in its life. Throws VMM_MISSING.
 */
export async function launchDetached(
  program: string,
  words: readonly string[],
  log: string
): Promise<Launched> {
  const output = openSync(log, 'w', 0o600)
  const child = spawn(program, [...words], { detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  let exited = false
  child.once('exit', () => {
    exited = true
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', cause => reject(missing(program, cause)))
  })
  child.unref()
  const pid = child.pid ?? 0
  lowerPriority(pid)
  return { pid, hasExited: () => exited }
}

/** The host's owner comes first; where the system does not allow it, the guest runs at normal priority. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    return
  }
}

export function missing(program: string, cause: unknown): VmmError {
  return new VmmError(
    'VMM_MISSING',
    `${program} could not be started. On Debian install the packages qemu-system-x86 and qemu-utils.`,
    { cause }
  )
}

/** Whether the process exists and is the guest of this machine; ids of ended processes are given again. */
export async function isGuestProcess(pid: number, machine: string): Promise<boolean> {
  try {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8')
    return words.includes(machine)
  } catch {
    return false
  }
}

/** A killed process that is not gone by then hangs in the kernel. */
const KILL_PATIENCE_MS = 20_000

/** Waits for the end of a guest process, and after `patienceMs` makes one. */
export async function awaitExit(pid: number, machine: string, patienceMs: number): Promise<void> {
  if (await isGoneWithin(pid, machine, patienceMs)) return
  killProcess(pid)
  if (await isGoneWithin(pid, machine, KILL_PATIENCE_MS)) return
  throw new VmmError('VMM_FAILED', `QEMU ${pid} of machine ${machine} cannot be killed.`)
}

async function isGoneWithin(pid: number, machine: string, patienceMs: number): Promise<boolean> {
  for (const deadlineMs = Date.now() + patienceMs; await isGuestProcess(pid, machine); ) {
    if (Date.now() >= deadlineMs) return false
    await delay(LOOK_EVERY_MS)
  }
  return true
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return
  }
}

const LOG_SHOWN_BYTES = 2000

/** The last words of a log file, for an error's sentence. */
export async function lastWords(log: string): Promise<string> {
  const handle = await open(log).catch(() => undefined)
  if (handle === undefined) return 'no log'
  const { size } = await handle.stat()
  const from = Math.max(0, size - LOG_SHOWN_BYTES)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOG_SHOWN_BYTES), { position: from })
  await handle.close()
  const text = buffer.toString('utf8', 0, bytesRead).trim()
  return text === '' ? 'its log is empty' : text
}
