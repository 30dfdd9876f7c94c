import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { MachineRecord, MigrationRecord, Uuid } from '../../../ledger/index.ts'
import { Contents } from '../../../node/content/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import {
  type CachedCopies,
  type CachedCopiesOptions,
  createCachedCopies
} from '../../../node/host/cached-copies.ts'
import { createMachineLocks } from '../../../node/host/machine-locks.ts'
import type { HostMachine } from '../../../node/host-records/index.ts'
import { createFakeVmm, type FakeVmm, VmmError } from '../../../node/vmm/index.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const HOST = '00000000-0000-8000-8000-0000000000ff'
const [A, B] = ['00000000-0000-8000-8000-00000000000a', '00000000-0000-8000-8000-00000000000b']
const BLOCK = 16_384

interface Rig {
  readonly vmm: FakeVmm
  readonly contents: Contents
  readonly cached: CachedCopies
  readonly records: Map<Uuid, HostMachine>
  /** Machines with a move under way. */
  readonly moving: Set<Uuid>
  /** Machines whose copy here the ledger retains. */
  readonly retained: Set<Uuid>
  /** A sealed copy of some blocks, as it stays when a machine has moved away. */
  readonly left: (machine: Uuid, blocks: number, sinceMs: number) => Promise<void>
}

function rig(t: TestContext, quotaBytes: number): Rig {
  const vmm = createFakeVmm()
  const folder = temporaryDirectory(t)
  const contents = new Contents({ vmm, crypto: nodeCrypto, folder, images: null })
  const records = new Map<Uuid, HostMachine>()
  const moving = new Set<Uuid>()
  const retained = new Set<Uuid>()
  const state = {
    machine: (uuid: Uuid) =>
      ({
        version: 5,
        retained: retained.has(uuid) ? { host: HOST, untilMs: 9 } : null
      }) as MachineRecord,
    migration: (uuid: Uuid) => (moving.has(uuid) ? ({} as MigrationRecord) : undefined)
  }
  const options = {
    host: HOST,
    vmm,
    contents,
    replica: { state: () => state },
    records: {
      machines: async () => [...records.values()],
      machine: async (uuid: Uuid) => records.get(uuid),
      removeMachine: async (uuid: Uuid) => void records.delete(uuid)
    },
    journals: { origins: async () => [], destinations: async () => [] },
    locks: createMachineLocks(),
    quotaBytes,
    log: () => {}
  } as unknown as CachedCopiesOptions
  const left = async (machine: Uuid, blocks: number, cachedAtMs: number): Promise<void> => {
    const sizes = { processor: 'any', os: 'any', speed: 1, memoryMb: 1, storageMb: 4 }
    await vmm.create({ uuid: machine, configuration: { name: 'm', image: null, ...sizes } })
    vmm.host.machine(machine).disk.write(0, new Uint8Array(blocks * BLOCK).fill(1))
    const root = await contents.seal(machine)
    records.set(machine, { machine, role: 'cached', version: 4, root, bytes: 0, cachedAtMs })
  }
  return { vmm, contents, cached: createCachedCopies(options), records, moving, retained, left }
}

test('an older version is listed with its version, the space it takes and when it left', async t => {
  const { cached, left } = rig(t, 0)
  await left(A, 3, 70)
  assert.deepEqual(await cached.list(), [
    { machine: A, version: 4, bytes: 3 * BLOCK, behind: 1, sinceMs: 70, needed: false }
  ])
})

test('bytes that are not those of the record are of no known version', async t => {
  const { cached, left, vmm, records, contents } = rig(t, 0)
  await left(A, 3, 70)
  await vmm.prepareStart(A)
  await vmm.abandon(A)
  assert.equal((await cached.list())[0]?.version, null, 'they were written to since')
  // A crash after the bytes of a newer version were put in place and before the record was.
  vmm.host.machine(A).disk.write(0, new Uint8Array([9]))
  vmm.host.machine(A).writes += 1
  await contents.seal(A)
  assert.equal((await cached.list())[0]?.version, null)
  assert.equal(records.get(A)?.version, 4)
})

test('beyond the quota the copy that left first goes, with its manifests and its record', async t => {
  const { cached, left, vmm, records, contents } = rig(t, 3 * BLOCK)
  await left(A, 2, 70)
  await left(B, 2, 60)
  const root = records.get(B)?.root ?? ''
  await cached.keepQuota()
  assert.equal(await vmm.status(B), 'absent')
  assert.equal(await contents.known(B, root), undefined)
  assert.deepEqual([...records.keys()], [A])
  await cached.keepQuota()
  assert.equal(await vmm.status(A), 'down')
})

test('a copy of a machine on the move, or that the ledger retains, is not evicted by anybody', async t => {
  const { cached, left, moving, retained } = rig(t, 0)
  await left(A, 2, 70)
  await left(B, 2, 70)
  moving.add(A)
  retained.add(B)
  await cached.keepQuota()
  assert.deepEqual([await cached.evict(A), await cached.evict(B)], ['needed', 'needed'])
  moving.clear()
  assert.deepEqual([await cached.evict(A), await cached.evict(A)], ['evicted', 'absent'])
})

test('an owner may give up a copy that the ledger retains for it, but none of a machine on the move', async t => {
  const { cached, left, moving, retained } = rig(t, 2 ** 30)
  await left(A, 2, 70)
  await left(B, 2, 70)
  moving.add(A)
  retained.add(B)
  assert.deepEqual([await cached.purge(A), await cached.purge(B)], ['needed', 'evicted'])
  assert.equal(await cached.purge(B), 'absent')
})

test('a machine that is held here is no cached copy', async t => {
  const { cached, left, records, vmm } = rig(t, 0)
  await left(A, 2, 70)
  const record = records.get(A)
  assert.ok(record)
  records.set(A, { ...record, role: 'holder' })
  assert.equal(await cached.evict(A), 'absent')
  assert.equal(await vmm.status(A), 'down')
})

test('while there is no room the least useful copies go one by one, and then it is refused', async t => {
  const { cached, left } = rig(t, 2 ** 30)
  await left(A, 2, 70)
  await left(B, 2, 60)
  let attempts = 0
  const work = async (): Promise<number> => {
    attempts += 1
    if (attempts < 2) throw new VmmError('DISK_FULL', 'full')
    return attempts
  }
  assert.equal(await cached.withRoom(work), 2)
  assert.deepEqual(
    (await cached.list()).map(copy => copy.machine),
    [A]
  )
  const never = (): Promise<never> => Promise.reject(new VmmError('DISK_FULL', 'full'))
  await assert.rejects(cached.withRoom(never), /full/)
  assert.deepEqual(await cached.list(), [])
  const other = (): Promise<never> => Promise.reject(new Error('something else'))
  await assert.rejects(cached.withRoom(other), /something else/)
})
