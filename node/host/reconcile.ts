import type { MachineRecord, Uuid } from '../../ledger/index.ts'
import type { HostRecords } from '../host-records/index.ts'
import type { Replica } from '../replica/index.ts'
import type { Vmm } from '../vmm/index.ts'
import type { ExecutionDriver } from './execution-driver.ts'
import type { MachineLocks } from './machine-locks.ts'
import type { MachineWork } from './machine-work.ts'

export interface ReconcileOptions {
  readonly host: Uuid
  readonly vmm: Vmm
  readonly replica: Replica
  readonly records: HostRecords
  readonly executions: ExecutionDriver
  readonly work: MachineWork
  readonly locks: MachineLocks
  readonly settled: (machine: Uuid) => Promise<void>
  readonly log: (message: string, fields: Record<string, string>) => void
}

/**
 * After a start, and with the ledger caught up: orders that a crash interrupted are finished or undone, guests
 * that live on are kept, and guests and files that the ledger does not know of are put away.
 */
export async function reconcile(options: ReconcileOptions): Promise<void> {
  // One machine that cannot be put right must not keep the host from serving all the others.
  const tend = (uuid: Uuid, work: () => Promise<unknown>): Promise<unknown> =>
    options.locks.hold(uuid, work).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      options.log(`the machine could not be brought in line with the ledger: ${why}`, {
        machine: uuid
      })
    })
  for (const execution of await options.records.executions()) {
    await tend(execution.order.order.machine, () => options.executions.recover(execution))
  }
  const held = [...options.replica.state().machines()].filter(each => each.holder === options.host)
  for (const machine of held) await tend(machine.uuid, () => agree(options, machine))
  const known = await options.records.machines()
  const present = new Set([...(await options.vmm.list()), ...known.map(each => each.machine)])
  for (const uuid of present) await tend(uuid, () => options.settled(uuid))
}

/** Makes the guest fit what the ledger says of the machine. */
async function agree(options: ReconcileOptions, machine: MachineRecord): Promise<void> {
  const { vmm, work, log } = options
  const status = await vmm.status(machine.uuid)
  const up = status === 'running' || status === 'held'
  if (machine.state === 'started') {
    if (status === 'running') {
      log('found the guest still running', { machine: machine.uuid })
      return
    }
    // Suspended because it is not paid for, and not yet told to the ledger: the watch does that.
    if (status === 'suspended' && machine.billing.halt !== null) return
    // Held, suspended or down: run again where the memory is there, otherwise tell the ledger that it fell.
    await work.perform('resume-again', machine.uuid, false)
    return
  }
  if (up && machine.state !== 'migrating') {
    log(`the guest runs but the ledger says ${machine.state}: ended`, { machine: machine.uuid })
    await work.perform('abandon', machine.uuid, false)
  }
}
