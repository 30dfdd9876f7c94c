import type { Hash, Uuid } from '../../ledger/index.ts'
import type { Work } from '../../protocols/order/index.ts'
import type { Contents } from '../content/index.ts'
import type { HostLease } from '../presence/index.ts'
import type { Replica, Submitter } from '../replica/index.ts'
import type { Vmm } from '../vmm/index.ts'
import type { CachedCopies } from './cached-copies.ts'

/** Everything a host can do to a machine, by the names the execution plan uses. */
export interface MachineWork {
  /** Does it, and returns the content root when `seal` is asked. */
  perform(work: Work, machine: Uuid, seal: boolean): Promise<Hash | null>
}

export interface MachineWorkOptions {
  readonly vmm: Vmm
  readonly contents: Contents
  readonly submitter: Submitter
  readonly replica: Replica
  readonly lease: HostLease
  readonly cached: CachedCopies
  /** How long a guest may take to power down before it is ended. */
  readonly stopPatienceMs: number
  readonly log: (message: string, fields: Record<string, string>) => void
}

export function createMachineWork(options: MachineWorkOptions): MachineWork {
  const { vmm } = options
  const actions: Readonly<Record<Work, (machine: Uuid) => Promise<void>>> = {
    create: machine => createFromRecord(options, machine),
    'hold-start': machine => vmm.prepareStart(machine),
    'hold-resume': machine => vmm.prepareResume(machine),
    go: machine => options.lease.letGo(machine),
    stop: machine => stopUnlessDown(options, machine),
    suspend: machine => vmm.suspend(machine),
    abandon: machine => abandonIfUp(vmm, machine),
    delete: machine => deleteIfPresent(vmm, machine),
    'resume-again': machine => runAgain(options, machine),
    'report-fell': machine => reportFallIfDown(options, machine)
  }
  return {
    async perform(work, machine, seal) {
      await actions[work](machine)
      return seal ? options.contents.seal(machine) : null
    }
  }
}

async function createFromRecord(
  { vmm, replica, cached }: MachineWorkOptions,
  uuid: Uuid
): Promise<void> {
  const machine = replica.state().machine(uuid)
  if (machine === undefined) throw new Error(`machine ${uuid} is no longer on the ledger`)
  const { configuration } = machine
  await cached.withRoom(() => vmm.create({ uuid, configuration }))
}

/** A guest that powered itself off a moment ago is what the owner asked for. */
async function stopUnlessDown({ vmm, stopPatienceMs }: MachineWorkOptions, machine: Uuid) {
  if ((await vmm.status(machine)) !== 'down') await vmm.stop(machine, stopPatienceMs)
}

async function abandonIfUp(vmm: Vmm, machine: Uuid): Promise<void> {
  const status = await vmm.status(machine)
  if (status === 'held' || status === 'running') await vmm.abandon(machine)
}

async function deleteIfPresent(vmm: Vmm, machine: Uuid): Promise<void> {
  await abandonIfUp(vmm, machine)
  if ((await vmm.status(machine)) !== 'absent') await vmm.delete(machine)
}

/** Takes a suspension back whose confirmation was refused: the ledger still says the machine runs. */
async function runAgain(options: MachineWorkOptions, machine: Uuid): Promise<void> {
  const { vmm, lease } = options
  const status = await vmm.status(machine)
  if (status === 'suspended') await vmm.prepareResume(machine)
  if (status === 'suspended' || status === 'held') await lease.letGo(machine)
  if (status === 'down') await reportFallIfDown(options, machine)
}

/**
 * FELL: started -> stopped on the holder's signature alone, because it only lowers what the owner pays.
 * Nothing is reported while the guest is up, or when the ledger does not hold the machine for started.
 */
export async function reportFallIfDown(
  {
    vmm,
    contents,
    submitter,
    replica,
    log
  }: Omit<MachineWorkOptions, 'stopPatienceMs' | 'lease' | 'cached'>,
  uuid: Uuid
): Promise<void> {
  const machine = replica.state().machine(uuid)
  if (machine?.state !== 'started' || (await vmm.status(uuid)) !== 'down') return
  const root = await contents.seal(uuid)
  const outcome = await submitter.submit({
    type: 'fell',
    machine: uuid,
    version: machine.version,
    root
  })
  log(outcome.ok ? 'machine fell' : `the fall was not recorded: ${outcome.message}`, {
    machine: uuid
  })
}
