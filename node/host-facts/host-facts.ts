import { readFile, statfs } from 'node:fs/promises'
import { arch, cpus, freemem, hostname } from 'node:os'
import type { HostFacts } from '../api/index.ts'
import {
  availableMemoryMb,
  cgroupLimitMb,
  connectSpeedText,
  defaultInterface,
  estimateBogomips,
  processorName,
  sumBogomips
} from './proc.ts'

/** What the machine itself tells; the VMM adds its own. */
export type PhysicalFacts = Omit<HostFacts, 'vmm' | 'accelerator'>

/** Not offered: the node itself, the VMM processes beside their guests' memory, and the system's own needs. */
export const MEMORY_KEPT_MB = 512
/** Not offered: the ledger, the images, and copies on their way. */
export const STORAGE_KEPT_MB = 1024

const BYTES_PER_MB: number = 1024 * 1024

/** Facts of this machine, sizes as they could be sold now with the disk that holds `dir`. */
export async function readPhysicalFacts(dir: string): Promise<PhysicalFacts> {
  const [cpuinfo, memoryMb, storageMb, connectSpeed] = await Promise.all([
    readText('/proc/cpuinfo'),
    readMemoryMb(),
    readStorageMb(dir),
    readConnectSpeed()
  ])
  return {
    name: hostname(),
    processor: processorName(arch()),
    speed: sumBogomips(cpuinfo) ?? estimateBogomips(cpus().map(({ speed }) => speed)),
    memoryMb: Math.max(0, memoryMb - MEMORY_KEPT_MB),
    storageMb: Math.max(0, storageMb - STORAGE_KEPT_MB),
    connectSpeed
  }
}

async function readMemoryMb(): Promise<number> {
  const [meminfo, second, first] = await Promise.all([
    readText('/proc/meminfo'),
    readText('/sys/fs/cgroup/memory.max'),
    readText('/sys/fs/cgroup/memory/memory.limit_in_bytes')
  ])
  const available = availableMemoryMb(meminfo) ?? Math.floor(freemem() / BYTES_PER_MB)
  const limit = cgroupLimitMb(second) ?? cgroupLimitMb(first)
  return limit === null ? available : Math.min(available, limit)
}

async function readStorageMb(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir)
  return Math.floor((bavail * bsize) / BYTES_PER_MB)
}

async function readConnectSpeed(): Promise<string> {
  const name = defaultInterface(await readText('/proc/net/route'))
  if (name === null) return 'unknown'
  return connectSpeedText(await readText(`/sys/class/net/${name}/speed`))
}

/** Empty where the kernel has no such file or refuses: the parsers then give their "unknown". */
async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
