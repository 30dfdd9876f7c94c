import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Process ids of the guests that were given a file below `dir`. */
export async function guestsOf(dir: string): Promise<readonly number[]> {
  const processes = await listProcesses()
  return processes
    .filter(({ args }) => /qemu-system/.test(args[0] ?? ''))
    .filter(({ args }) => args.some(arg => arg.includes(`${dir}/`)))
    .map(({ pid }) => pid)
}

/**
 * Guests outlive their node by design, so a run that is cut short must end those of its own folder.
 * Only a QEMU that was given a file below `dir` is touched.
 */
export async function endGuestsOf(dir: string): Promise<number> {
  return (await guestsOf(dir)).filter(kill).length
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    // It ended by itself between the look and the signal.
    return false
  }
}

interface Process {
  readonly pid: number
  readonly args: readonly string[]
}

async function listProcesses(): Promise<readonly Process[]> {
  return process.platform === 'linux' ? readProc() : askPs()
}

async function readProc(): Promise<readonly Process[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async pid => {
      try {
        const line = await readFile(`/proc/${pid}/cmdline`, 'utf8')
        return [{ pid: Number(pid), args: line.split('\0') }]
      } catch {
        // It ended while we were reading.
        return []
      }
    })
  )
  return found.flat()
}

async function askPs(): Promise<readonly Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,args='])
  return stdout.split('\n').flatMap(line => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line)
    return match === null ? [] : [{ pid: Number(match[1]), args: (match[2] ?? '').split(' ') }]
  })
}
