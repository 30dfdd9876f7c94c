import type { Uuid } from '../../ledger/index.ts'
import type { Contents } from '../content/index.ts'
import type { HostRecords } from '../host-records/index.ts'
import type { Replica } from '../replica/index.ts'
import type { Vmm } from '../vmm/index.ts'

export interface SettleOptions {
  readonly host: Uuid
  readonly vmm: Vmm
  readonly replica: Replica
  readonly contents: Contents
  readonly records: HostRecords
}

/**
 * Writes down which version of a machine lies here, from what the ledger says now. A machine that moved away
 * stays as a cached older version; one that the ledger no longer knows, or that nobody holds, leaves nothing.
 */
export async function settle(options: SettleOptions, uuid: Uuid): Promise<void> {
  const { host, vmm, replica, records, contents } = options
  const machine = replica.state().machine(uuid)
  const status = await vmm.status(uuid)
  if (machine === undefined || machine.holder === null || status === 'absent') {
    if (status === 'down' || status === 'suspended') await vmm.delete(uuid)
    await contents.forget(uuid)
    await records.removeMachine(uuid)
    return
  }
  if (machine.holder === host) {
    await records.putMachine({
      machine: uuid,
      role: 'holder',
      version: machine.version,
      root: machine.root,
      bytes: machine.configuration.storageMb * MEGABYTE
    })
    return
  }
  // On its way here: what lies in its place is the move's, until the ledger has decided.
  if (replica.state().migration(uuid)?.destination === host) return
  const known = await records.machine(uuid)
  if (known === undefined) {
    await vmm.delete(uuid)
    await contents.forget(uuid)
    return
  }
  if (known.role === 'cached') return
  await records.putMachine({ ...known, role: 'cached', cachedAtMs: replica.state().timeMs })
}

const MEGABYTE = 1024 * 1024
