import type { Uuid } from '../../ledger/index.ts'
import type { Contents } from '../content/index.ts'
import type { HostMachine, HostRecords, MoveJournals } from '../host-records/index.ts'
import type { Replica } from '../replica/index.ts'
import { type Vmm, VmmError } from '../vmm/index.ts'
import { bytesOf, type CachedCopy, evictionsFor } from './eviction.ts'
import type { MachineLocks } from './machine-locks.ts'

export interface CachedCopiesOptions {
  readonly host: Uuid
  readonly vmm: Vmm
  readonly contents: Contents
  readonly replica: Replica
  readonly records: HostRecords
  readonly journals: MoveJournals
  readonly locks: MachineLocks
  readonly quotaBytes: number
  readonly log: (message: string, fields: Record<string, string>) => void
}

/** What became of a copy; `absent`: this host keeps no older version of that machine. */
export type Evicted = 'evicted' | 'absent' | 'needed'

/** The older versions on this host. */
export interface CachedCopies {
  readonly quotaBytes: number
  list(): Promise<readonly CachedCopy[]>
  /** Removes a copy with its manifests, unless it is needed. */
  evict(machine: Uuid): Promise<Evicted>
  /** As `evict`, by the owner's word: it may give up what the ledger retains for it. */
  purge(machine: Uuid): Promise<Evicted>
  /** Removes what is beyond the quota. */
  keepQuota(): Promise<void>
  /** Does what needs disk space; while there is too little of it the least useful copies go. */
  withRoom<T>(work: () => Promise<T>): Promise<T>
}

export function createCachedCopies(options: CachedCopiesOptions): CachedCopies {
  const { quotaBytes, locks, records, log } = options
  const list = async (): Promise<readonly CachedCopy[]> => {
    const cached = (await records.machines()).filter(each => each.role === 'cached')
    return await Promise.all(cached.map(each => look(options, each)))
  }
  const removeUnless = (isStillNeeded: typeof isNeeded, machine: Uuid): Promise<Evicted> =>
    locks.hold(machine, async () => {
      // Looked at in its turn: it may have come back meanwhile.
      const record = await records.machine(machine)
      if (record?.role !== 'cached') return 'absent'
      if (await isStillNeeded(options, machine)) return 'needed'
      await remove(options, machine)
      return 'evicted'
    })
  const evict: CachedCopies['evict'] = machine => removeUnless(isNeeded, machine)
  const evictDownTo = async (bytes: number): Promise<number> => {
    let freed = 0
    for (const copy of evictionsFor(await list(), bytes)) {
      if ((await evict(copy.machine)) !== 'evicted') continue
      log(`evicted an older version of ${copy.bytes} bytes`, { machine: copy.machine })
      freed += copy.bytes
    }
    return freed
  }
  return {
    quotaBytes,
    list,
    evict,
    purge: machine => removeUnless(isMoving, machine),
    async keepQuota() {
      await evictDownTo(quotaBytes)
    },
    async withRoom(work) {
      for (;;) {
        try {
          return await work()
        } catch (error) {
          if (!(error instanceof VmmError) || error.code !== 'DISK_FULL') throw error
          const bytes = bytesOf((await list()).filter(copy => !copy.needed))
          // One at a time: what is left may be of use.
          if (bytes === 0 || (await evictDownTo(bytes - 1)) === 0) throw error
        }
      }
    }
  }
}

async function look(options: CachedCopiesOptions, record: HostMachine): Promise<CachedCopy> {
  const { vmm, contents, replica } = options
  const { machine } = record
  const present = replica.state().machine(machine)
  // The bytes decide what the copy is. A record can be older: a crash between the two leaves it so.
  const root = await contents.boundRoot(machine)
  const version = root !== undefined && root === record.root ? record.version : null
  return {
    machine,
    version,
    bytes: await vmm.storedBytes(machine).catch(() => 0),
    behind: (present?.version ?? 0) - (version ?? 0),
    sinceMs: record.cachedAtMs ?? 0,
    needed: await isNeeded(options, machine)
  }
}

/** For the retention time after a move the owner may declare the machine lost and go on with the origin's copy. */
async function isNeeded(options: CachedCopiesOptions, machine: Uuid): Promise<boolean> {
  const { host, replica } = options
  if (replica.state().machine(machine)?.retained?.host === host) return true
  return isMoving(options, machine)
}

/** Until the ledger has decided a move, either side may still need what it has; and an heir's copy is the machine now. */
async function isMoving(options: CachedCopiesOptions, machine: Uuid): Promise<boolean> {
  const { host, replica, journals } = options
  const state = replica.state()
  if (state.migration(machine) !== undefined || state.machine(machine)?.holder === host) return true
  const origins = await journals.origins()
  if (origins.some(journal => journal.machine === machine)) return true
  return (await journals.destinations()).some(({ req }) => req.machine === machine)
}

/** The record last: a crash before it leaves one of a copy that is gone, which `settle` removes. */
async function remove(options: CachedCopiesOptions, machine: Uuid): Promise<void> {
  const { vmm, contents, records } = options
  if ((await vmm.status(machine)) !== 'absent') await vmm.delete(machine)
  await contents.forget(machine)
  await records.removeMachine(machine)
}
