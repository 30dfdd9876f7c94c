/** Whose machine it is, and whether it is as the signer thinks: what comes before every rule about a machine. */
import { type LifecycleAction, statesAllowing, transition } from '../lifecycle/index.ts'
import type { AccountRecord, HostRecord, MachineRecord, Rejection, Uuid } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { isRejection, reject } from './rejection.ts'

/** What names a machine as it is meant to be now. */
interface Meant {
  readonly machine: Uuid
  readonly version: number
}

/** The owner's machine, if the action is legal in its state and at this version. */
export function ownersMachine(
  draft: Draft,
  owner: AccountRecord,
  action: LifecycleAction,
  meant: Meant
): MachineRecord | Rejection {
  const machine = machineOf(draft, owner, meant.machine)
  return isRejection(machine) ? machine : (checkSwap(machine, action, meant.version) ?? machine)
}

/** The machine that the host holds, if the action is legal in its state and at this version. */
export function holdersMachine(
  draft: Draft,
  host: HostRecord,
  action: LifecycleAction,
  meant: Meant
): MachineRecord | Rejection {
  const machine = draft.machine(meant.machine)
  if (machine === undefined) return unknownMachine(meant.machine)
  if (machine.holder !== host.uuid) {
    return reject('NOT_HOLDER', `machine ${machine.uuid} is not held by host ${host.name}`)
  }
  return checkSwap(machine, action, meant.version) ?? machine
}

export function machineOf(
  draft: Draft,
  owner: AccountRecord,
  uuid: Uuid
): MachineRecord | Rejection {
  const machine = draft.machine(uuid)
  if (machine === undefined) return unknownMachine(uuid)
  if (machine.owner === owner.id) return machine
  return reject('NOT_OWNER', `machine ${uuid} is not ${owner.name}'s`)
}

export function checkSequence(machine: MachineRecord, sequence: number): Rejection | null {
  if (sequence > machine.orderSequence) return null
  return reject(
    'ORDER_USED',
    `order ${sequence} is used or cancelled: the next of ${machine.uuid} is ${machine.orderSequence + 1}`
  )
}

/** The compare of compare-and-swap: is the action legal now, and is this the version that was meant? */
export function checkSwap(
  machine: MachineRecord,
  action: LifecycleAction,
  version: number
): Rejection | null {
  if (transition(machine.state, action) === undefined) {
    return reject(
      'ILLEGAL_STATE',
      `${action} needs a machine that is ${statesAllowing(action).join(' or ')}: ${machine.uuid} is ${machine.state}`
    )
  }
  if (version !== machine.version) {
    return reject(
      'STALE_VERSION',
      `version ${version} was meant, but ${machine.uuid} is at version ${machine.version}: read it again`
    )
  }
  return null
}

export function unknownMachine(uuid: string): Rejection {
  return reject('MACHINE_UNKNOWN', `no machine has the UUID ${uuid}`)
}
