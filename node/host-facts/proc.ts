/** Reads the texts of /proc and /sys; pure, so that machines nobody has at hand can be tested. */

const KB_PER_MB = 1024
const BYTES_PER_MB: number = 1024 * 1024

/**
 * Sum of bogomips over all processors in /proc/cpuinfo, the 2004 measure of speed. null when the kernel gives
 * none (some ARM kernels, containers with a masked file).
 */
export function sumBogomips(cpuinfo: string): number | null {
  let sum = 0
  for (const match of cpuinfo.matchAll(/^bogomips\s*:\s*(\d+(?:\.\d+)?)\s*$/gim)) {
    sum += Number(match[1])
  }
  return sum > 0 ? Math.floor(sum) : null
}

/** Where the kernel tells no bogomips: an x86 kernel counts two for each cycle. */
export function estimateBogomips(clocksMhz: readonly number[]): number {
  const UNKNOWN_CLOCK_MHZ = 1000
  const clocks = clocksMhz.map(mhz => (mhz > 0 ? mhz : UNKNOWN_CLOCK_MHZ))
  return Math.floor(2 * clocks.reduce((sum, mhz) => sum + mhz, 0))
}

/** `MemAvailable` of /proc/meminfo in MB; null when the line is missing. */
export function availableMemoryMb(meminfo: string): number | null {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)
  return match === null ? null : Math.floor(Number(match[1]) / KB_PER_MB)
}

/** A cgroup's memory limit in MB; null for `max`, for the huge number of version 1, and for anything else. */
export function cgroupLimitMb(limit: string): number | null {
  const text = limit.trim()
  if (!/^\d{1,15}$/.test(text)) return null
  return Math.floor(Number(text) / BYTES_PER_MB)
}

/** Interface of the default route in /proc/net/route. */
export function defaultInterface(route: string): string | null {
  const ZERO = '00000000'
  for (const line of route.split('\n').slice(1)) {
    const [name, destination, , , , , , mask] = line.trim().split(/\s+/)
    if (name !== undefined && destination === ZERO && mask === ZERO) return name
  }
  return null
}

/** `1GB`, `100MB`: megabits or gigabits as the 2004 figures write them; `unknown` for -1 and no answer. */
export function connectSpeedText(speedMbit: string): string {
  const speed = Number(speedMbit.trim())
  if (!Number.isInteger(speed) || speed <= 0) return 'unknown'
  return speed >= 1000 && speed % 1000 === 0 ? `${speed / 1000}GB` : `${speed}MB`
}

/** Node's names of processors in the words of the catalogue. */
export function processorName(architecture: string): string {
  const names: Readonly<Record<string, string>> = { x64: 'x86-64', ia32: 'x86', arm64: 'aarch64' }
  return names[architecture] ?? architecture
}
