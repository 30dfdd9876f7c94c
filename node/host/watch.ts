import type { MachineRecord, Uuid } from '../../ledger/index.ts'
import type { Contents } from '../content/index.ts'
import type { HostRecords } from '../host-records/index.ts'
import type { HostLease } from '../presence/index.ts'
import type { Replica, Submitter } from '../replica/index.ts'
import type { Ended, Vmm } from '../vmm/index.ts'
import type { MachineLocks } from './machine-locks.ts'
import { reportFallIfDown } from './machine-work.ts'
import { judgeGuest, type Verdict } from './verdict.ts'

export interface WatchOptions {
  readonly host: Uuid
  readonly vmm: Vmm
  readonly contents: Contents
  readonly replica: Replica
  readonly submitter: Submitter
  readonly records: HostRecords
  readonly locks: MachineLocks
  readonly lease: HostLease
  readonly stopPatienceMs: number
  readonly settled: (machine: Uuid) => Promise<void>
  readonly log: (message: string, fields: Record<string, string>) => void
}

/**
 * What happens without an order: a guest ends by itself, the ledger halts the clock of one that is not paid for,
 * an owner takes a machine back. Every block is a reason to look at every machine: what could not be done or
 * told now is met again, and a fall that nobody heard of would be billed up to the spend limit.
 */
export function startWatch(options: WatchOptions): () => void {
  const { vmm, replica, locks } = options
  const ended = vmm.onEnded(what => {
    void locks
      .hold(what.machine, () => handleEnded(options, what))
      .catch(failed(options, what.machine))
  })
  // While a host catches up blocks come faster than they are looked at: one more look covers them all.
  let looking = false
  let again = false
  const look = (): void => {
    again = looking
    if (looking) return
    looking = true
    void lookAround(options)
      .catch((error: unknown) =>
        options.log(`the machines could not be looked after: ${String(error)}`, {})
      )
      .finally(() => {
        looking = false
        if (again) look()
      })
  }
  const blocks = replica.onFinal(look)
  look()
  return () => {
    ended()
    blocks()
  }
}

async function handleEnded(options: WatchOptions, ended: Ended): Promise<void> {
  const { machine } = ended
  options.log(`the guest ended by itself: ${ended.reason}, ${ended.detail}`, { machine })
  await reportFallIfDown(options, machine)
  await options.settled(machine)
}

async function lookAround(options: WatchOptions): Promise<void> {
  const { vmm, replica, host } = options
  const held = [...replica.state().machines()].filter(machine => machine.holder === host)
  const uuids = new Set([...held.map(machine => machine.uuid), ...(await vmm.list())])
  for (const uuid of uuids) {
    // Not waited for: one that takes its time must not keep the others from being looked after.
    void lookAfter(options, uuid).catch(failed(options, uuid))
  }
}

/** The lock is taken only where there is something to do, or orders would be told that the machine is busy. */
async function lookAfter(options: WatchOptions, uuid: Uuid): Promise<void> {
  const { locks } = options
  if (locks.busy(uuid) || (await judge(options, uuid)) === 'nothing') return
  // An order under way settles it: the next block looks again.
  if (locks.busy(uuid)) return
  await locks.hold(uuid, async () => {
    // Judged again: an order that has ended meanwhile may have changed everything.
    await carryOut(options, uuid, await judge(options, uuid))
  })
}

async function judge(options: WatchOptions, uuid: Uuid): Promise<Verdict> {
  const { host, vmm, replica, records, lease } = options
  const [status, record] = await Promise.all([vmm.status(uuid), records.machine(uuid)])
  const state = replica.state()
  return judgeGuest({
    host,
    machine: state.machine(uuid),
    status,
    role: record?.role ?? null,
    arriving: state.migration(uuid)?.destination === host,
    leaseHeld: lease.isHeld(),
    timeMs: state.timeMs,
    graceMs: state.genesis.parameters.graceMs
  })
}

async function carryOut(options: WatchOptions, uuid: Uuid, verdict: Verdict): Promise<void> {
  const { vmm, lease, log } = options
  const machine = options.replica.state().machine(uuid)
  switch (verdict) {
    case 'nothing':
      return
    case 'let-go':
      log('letting the guest run', { machine: uuid })
      return lease.letGo(uuid)
    case 'resume':
      log('resuming: it is paid for again', { machine: uuid })
      await vmm.prepareResume(uuid)
      return lease.letGo(uuid)
    case 'fell':
      await reportFallIfDown(options, uuid)
      return options.settled(uuid)
    case 'end':
      await endGuest(options, uuid)
      return options.settled(uuid)
    case 'take-up':
      log('the machine is held here again', { machine: uuid })
      return options.settled(uuid)
    case 'put-away':
      log('the machine is not held here any more', { machine: uuid })
      return options.settled(uuid)
    case 'suspend':
    case 'seal':
    case 'evict':
      if (machine !== undefined) await REPORTS[verdict](options, machine)
      return options.settled(uuid)
  }
}

type Report = (options: WatchOptions, machine: MachineRecord) => Promise<void>

const REPORTS: Readonly<Record<'suspend' | 'seal' | 'evict', Report>> = {
  suspend: suspendUnpaid,
  async seal(options, { uuid, version }) {
    const root = await options.contents.seal(uuid)
    await tell(options, { type: 'seal', machine: uuid, version, root }, 'sealed what was released')
  },
  async evict(options, { uuid, version }) {
    await tell(options, { type: 'evict', machine: uuid, version }, 'evicted: the grace is over')
  }
}

async function suspendUnpaid(options: WatchOptions, machine: MachineRecord): Promise<void> {
  const { vmm, contents, log } = options
  const { uuid, version, billing } = machine
  if ((await vmm.status(uuid)) === 'running') {
    const reason = billing.halt?.reason === 'limit' ? 'spend limit reached' : 'unpaid'
    log(`suspending: ${reason}`, { machine: uuid })
    await vmm.suspend(uuid)
  }
  if ((await vmm.status(uuid)) !== 'suspended') return reportFallIfDown(options, uuid)
  const root = await contents.seal(uuid)
  await tell(options, { type: 'suspend-unpaid', machine: uuid, version, root }, 'suspended')
}

/**
 * The ledger says that it does not run here: its owner released it, or gave this host up. A guest that runs gets
 * its time to write its disk out; nobody pays for it.
 */
async function endGuest({ vmm, stopPatienceMs, log }: WatchOptions, uuid: Uuid): Promise<void> {
  log('the guest is up but the ledger says otherwise: ended', { machine: uuid })
  if ((await vmm.status(uuid)) === 'suspended') {
    await vmm.prepareResume(uuid)
    await vmm.go(uuid)
  }
  await vmm.stop(uuid, stopPatienceMs)
}

async function tell(
  { submitter, log }: WatchOptions,
  body: Parameters<Submitter['submit']>[0] & { readonly machine: Uuid },
  done: string
): Promise<void> {
  const outcome = await submitter.submit(body)
  log(outcome.ok ? done : `${body.type} was not recorded: ${outcome.message}`, {
    machine: body.machine
  })
}

function failed(options: WatchOptions, machine: Uuid): (error: unknown) => void {
  return error => {
    const why = error instanceof Error ? error.message : String(error)
    options.log(`looking after the machine failed: ${why}`, { machine })
  }
}
