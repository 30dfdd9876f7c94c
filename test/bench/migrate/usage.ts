import { readdir, readFile } from 'node:fs/promises'

/** Clock ticks a second in /proc: a constant of the kernel's interface. */
const TICKS = 100

/** CPU time of a process and of the children it has waited for or that still run; qemu-nbd is one of them. */
export async function treeCpuSeconds(pid: number): Promise<number> {
  const own = await ticksOf(pid)
  const running = await childrenOf(pid)
  const ticks = await Promise.all(running.map(child => ticksOf(child)))
  return ticks.reduce((sum, each) => sum + each, own) / TICKS
}

/** User and system time, with that of ended children. */
async function ticksOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return 0
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0)
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(
    tasks.map(task => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => ''))
  )
  return lists.flatMap(list => list.split(' ').filter(Boolean).map(Number))
}

const LOOK_EVERY_MS = 100

/** The most memory a process had while it was looked at, in MiB. */
export class RssPeak {
  #peak = 0
  #lookedMs = 0

  /** As often as it is worth: each look costs a system call of some length. */
  look(): void {
    const nowMs = performance.now()
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return
    this.#lookedMs = nowMs
    this.#lookNow()
  }

  #lookNow(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss() / 2 ** 20)
  }

  /** Since the last time. */
  take(): number {
    this.#lookNow()
    const peak = this.#peak
    this.#peak = 0
    return peak
  }
}
