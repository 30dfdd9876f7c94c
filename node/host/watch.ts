import type { MachineRecord, Uuid } from '../../ledger/index.ts'
import { sealRoot } from '../content/index.ts'
import type { Replica, Submitter } from '../replica/index.ts'
import type { Ended, Vmm } from '../vmm/index.ts'
import type { MachineLocks } from './machine-locks.ts'
import { reportFallIfDown } from './machine-work.ts'

export interface WatchOptions {
  readonly host: Uuid
  readonly vmm: Vmm
  readonly replica: Replica
  readonly submitter: Submitter
  readonly locks: MachineLocks
  readonly settled: (machine: Uuid) => Promise<void>
  readonly log: (message: string, fields: Record<string, string>) => void
}

/**
 * Two things that happen without an order: a guest ends by itself (FELL, the clock stops), and the ledger
 * halts the clock of a guest whose owner cannot pay or whose spend limit is reached (the host suspends it).
 * Every block is a reason to look again: a fall that could not be told would be billed up to the spend limit.
 */
export function startWatch(options: WatchOptions): () => void {
  const { vmm, replica, locks } = options
  const ended = vmm.onEnded(what => {
    void locks
      .hold(what.machine, () => handleEnded(options, what))
      .catch(failed(options, what.machine))
  })
  const look = (): void => {
    for (const machine of heldBy(options)) {
      void lookAfter(options, machine).catch(failed(options, machine.uuid))
    }
  }
  const blocks = replica.onFinal(look)
  look()
  return () => {
    ended()
    blocks()
  }
}

async function handleEnded(options: WatchOptions, ended: Ended): Promise<void> {
  options.log(`the guest ended by itself: ${ended.reason}, ${ended.detail}`, {
    machine: ended.machine
  })
  await fell(options, ended.machine)
}

async function fell(options: WatchOptions, uuid: Uuid): Promise<void> {
  await reportFallIfDown(options, uuid)
  await options.settled(uuid)
}

async function lookAfter(options: WatchOptions, machine: MachineRecord): Promise<void> {
  const { vmm, locks } = options
  const { uuid, state, billing } = machine
  if (state !== 'started') return
  // The lock is taken only where there is something to do, or orders would be told that the machine is busy.
  const status = await vmm.status(uuid)
  if (billing.halt === null && status === 'running') return
  // An order under way settles it: the next block looks again.
  if (locks.busy(uuid)) return
  await locks.hold(uuid, () => mend(options, uuid))
}

/** Looks again inside the lock: an order that has ended meanwhile may have changed everything. */
async function mend(options: WatchOptions, uuid: Uuid): Promise<void> {
  const { vmm, replica } = options
  const machine = replica.state().machine(uuid)
  if (machine?.state !== 'started') return
  if (machine.billing.halt !== null) return suspendOne(options, uuid)
  const status = await vmm.status(uuid)
  if (status === 'down') return fell(options, uuid)
  // The ledger says that it runs and its owner pays for that: a guest that could not be let go is let go now.
  if (status === 'held') await vmm.go(uuid)
}

async function suspendOne(options: WatchOptions, uuid: Uuid): Promise<void> {
  const { vmm, replica, submitter } = options
  const machine = replica.state().machine(uuid)
  if (machine?.state !== 'started' || machine.billing.halt === null) return
  const reason = machine.billing.halt.reason
  if ((await vmm.status(uuid)) === 'running') {
    options.log(`suspending: ${reason === 'limit' ? 'spend limit reached' : 'unpaid'}`, {
      machine: uuid
    })
    await vmm.suspend(uuid)
  }
  if ((await vmm.status(uuid)) !== 'suspended') return reportFallIfDown(options, uuid)
  const root = await sealRoot(vmm, replica.context.crypto, uuid)
  const outcome = await submitter.submit({
    type: 'suspend-unpaid',
    machine: uuid,
    version: machine.version,
    root
  })
  if (!outcome.ok)
    options.log(`the suspension was not recorded: ${outcome.message}`, { machine: uuid })
  await options.settled(uuid)
}

function heldBy({ replica, host }: WatchOptions): MachineRecord[] {
  return [...replica.state().machines()].filter(machine => machine.holder === host)
}

function failed(options: WatchOptions, machine: Uuid): (error: unknown) => void {
  return error =>
    options.log(
      `looking after the machine failed: ${error instanceof Error ? error.message : String(error)}`,
      {
        machine
      }
    )
}
