import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second wherever a program can see it (USER_HZ). */
const TICKS_PER_SECOND = 100

/** Processor time of a process and of those of its children that have ended, from /proc/PID/stat (proc(5)). */
interface CpuTime {
  readonly ownSeconds: number
  readonly childrenSeconds: number
}

/** Of the programs this process has started and that have ended, theirs waited for included. */
export function endedChildrenSeconds(): number {
  return cpuTime('self')?.childrenSeconds ?? Number.NaN
}

/** NaN where there is no /proc. */
export function processSeconds(pid: number): number {
  const time = cpuTime(String(pid))
  return time === null ? Number.NaN : time.ownSeconds + time.childrenSeconds
}

/** A child that has ended and was not waited for yet is counted: its time is not yet its parent's. */
export function hasChildren(pid: number): boolean {
  return processes().some(other => statOf(other)?.[1] === String(pid))
}

function processes(): readonly string[] {
  try {
    return readdirSync('/proc').filter(name => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function cpuTime(process: string): CpuTime | null {
  const stat = statOf(process)
  if (stat === null) return null
  const [own, ownSystem, children, childrenSystem] = stat.slice(11, 15).map(Number)
  return {
    ownSeconds: ((own ?? 0) + (ownSystem ?? 0)) / TICKS_PER_SECOND,
    childrenSeconds: ((children ?? 0) + (childrenSystem ?? 0)) / TICKS_PER_SECOND
  }
}

/** The fields after the name, which is in brackets and may hold spaces; null: it has ended, or there is no /proc. */
function statOf(process: string): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${process}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
