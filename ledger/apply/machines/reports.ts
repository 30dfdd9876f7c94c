/** What a holder says on its own signature alone; each report only lowers what the owner pays. */
import { letCopyGo, saveMachine, stopClock } from '../../billing/index.ts'
import { afterTransition, isResting, transition } from '../../lifecycle/index.ts'
import type { Body, Hash, HostRecord, MachineRecord, Rejection } from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { holdersMachine } from '../machine-checks.ts'
import { isRejection, reject } from '../rejection.ts'

type BodyOf<T extends Body['type']> = Extract<Body, { type: T }>

/** The guest powered itself off, the VMM died, or the host rebooted: the clock stops. */
export function fell(draft: Draft, host: HostRecord, body: BodyOf<'fell'>): Rejection | null {
  const machine = holdersMachine(draft, host, 'fell', body)
  if (isRejection(machine)) return machine
  sealStopped(draft, machine, 'fell', body.root)
  return null
}

/** The host keeps the memory of a machine whose owner does not pay for more running. */
export function suspendUnpaid(
  draft: Draft,
  host: HostRecord,
  body: BodyOf<'suspend-unpaid'>
): Rejection | null {
  const machine = holdersMachine(draft, host, 'suspend-unpaid', body)
  if (isRejection(machine)) return machine
  if (machine.billing.halt === null) {
    return reject('NOT_HALTED', `${machine.uuid} is paid for: only its owner may suspend it`)
  }
  sealStopped(draft, machine, 'suspend-unpaid', body.root)
  return null
}

/** What the disk of a released machine is; the version it is sealed at began when it was released. */
export function sealReleased(
  draft: Draft,
  host: HostRecord,
  body: BodyOf<'seal'>
): Rejection | null {
  const machine = holdersMachine(draft, host, 'seal', body)
  if (isRejection(machine)) return machine
  if (machine.sealed?.version === machine.version) {
    return reject('SEALED_ALREADY', `version ${machine.version} of ${machine.uuid} is sealed`)
  }
  saveMachine(draft, sealed(draft, machine, body.root))
  return null
}

/** A machine comes to rest with a sealed root; what is left of its running period is kept for it. */
export function sealStopped(
  draft: Draft,
  machine: MachineRecord,
  action: 'stop' | 'suspend' | 'fell' | 'suspend-unpaid',
  root: Hash
): void {
  const entry = transition(machine.state, action)
  if (entry === undefined) throw new Error(`${action} was found legal in ${machine.state}`)
  const stopped = {
    ...machine,
    ...afterTransition(machine, entry, null),
    billing: stopClock(draft, machine)
  }
  saveMachine(draft, sealed(draft, stopped, root))
}

/** A copy of what was sealed before has had its day (the design's Migration page). */
function sealed(draft: Draft, machine: MachineRecord, root: Hash): MachineRecord {
  const { version, state } = machine
  if (!isResting(state)) throw new Error(`machine ${machine.uuid} is sealed while ${state}`)
  return { ...letCopyGo(draft, machine), root, sealed: { version, state } }
}
