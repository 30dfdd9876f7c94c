import type { Configuration, HostRecord, Resources } from '../records/index.ts'

/** What is still to be had on a host. */
export function freeOf(host: HostRecord): Resources {
  return {
    speed: host.totals.speed - host.reserved.speed,
    memoryMb: host.totals.memoryMb - host.reserved.memoryMb,
    storageMb: host.totals.storageMb - host.reserved.storageMb
  }
}

export type ResourceName = keyof Resources

/** Which resource is short, if any: the first in the order speed, memory, storage. */
export function shortage(free: Resources, configuration: Configuration): ResourceName | null {
  if (free.speed < configuration.speed) return 'speed'
  if (free.memoryMb < configuration.memoryMb) return 'memoryMb'
  if (free.storageMb < configuration.storageMb) return 'storageMb'
  return null
}

export function fits(free: Resources, configuration: Configuration): boolean {
  return shortage(free, configuration) === null
}

/** 32-bit x86 processors: an x86-64 host runs what was made for them. */
const OLDER_X86: ReadonlySet<string> = new Set([
  'i386',
  'i486',
  'i586',
  'i686',
  'pentium',
  'pentium2',
  'pentium3',
  'pentium4'
])

/** Whether a host with one processor runs a machine that asks for another; letter case says nothing. */
export function runsOn(hostProcessor: string, wanted: string): boolean {
  const host = hostProcessor.toLowerCase()
  const asked = wanted.toLowerCase()
  return asked === 'any' || asked === host || (host === 'x86-64' && OLDER_X86.has(asked))
}
