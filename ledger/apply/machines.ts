import { forgetMachine, NO_BILLING, saveMachine, stopClock } from '../billing/index.ts'
import { afterTransition, transition } from '../lifecycle/index.ts'
import type {
  AccountRecord,
  Body,
  Hash,
  HostRecord,
  MachineRecord,
  Rejection,
  Uuid
} from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { checkSwap, isRejection, reject, unknownMachine } from './rejection.ts'
import { checkWish } from './shapes.ts'
import type { StatementChecks } from './statement-checks.ts'

type BodyOf<T extends Body['type']> = Extract<Body, { type: T }>

export function registerMachine(
  draft: Draft,
  owner: AccountRecord,
  nonce: number,
  body: BodyOf<'register-machine'>,
  statements: StatementChecks
): Rejection | null {
  const wrong = checkWish(body.configuration, body.bid)
  if (wrong !== null) return reject('MACHINE_MALFORMED', wrong)
  saveMachine(draft, {
    uuid: statements.machineUuidOf(owner.id, nonce),
    owner: owner.id,
    configuration: body.configuration,
    bid: body.bid,
    state: 'registered',
    version: 0,
    holder: null,
    contract: null,
    root: null,
    orderSequence: 0,
    billing: NO_BILLING
  })
  return null
}

export function editMachine(
  draft: Draft,
  owner: AccountRecord,
  body: BodyOf<'edit-machine'>
): Rejection | null {
  const machine = machineOf(draft, owner, body.machine)
  if (isRejection(machine)) return machine
  const illegal = checkSwap(machine, 'edit', machine.version)
  if (illegal !== null) return illegal
  const wrong = checkWish(body.configuration, body.bid)
  if (wrong !== null) return reject('MACHINE_MALFORMED', wrong)
  saveMachine(draft, { ...machine, configuration: body.configuration, bid: body.bid })
  return null
}

export function discardMachine(
  draft: Draft,
  owner: AccountRecord,
  body: BodyOf<'discard-machine'>
): Rejection | null {
  const machine = machineOf(draft, owner, body.machine)
  if (isRejection(machine)) return machine
  const illegal = checkSwap(machine, 'discard', machine.version)
  if (illegal !== null) return illegal
  forgetMachine(draft, machine.uuid)
  return null
}

/** Makes void what the owner signed and no longer wants, in whatever state the machine is. */
export function cancelOrders(
  draft: Draft,
  owner: AccountRecord,
  body: BodyOf<'cancel-orders'>
): Rejection | null {
  const machine = machineOf(draft, owner, body.machine)
  if (isRejection(machine)) return machine
  const used = checkSequence(machine, body.sequence)
  if (used !== null) return used
  saveMachine(draft, { ...machine, orderSequence: body.sequence })
  return null
}

/** The guest powered itself off, the VMM died, or the host rebooted: the clock stops. */
export function fell(draft: Draft, host: HostRecord, body: BodyOf<'fell'>): Rejection | null {
  const machine = machineHeldBy(draft, host, body.machine)
  if (isRejection(machine)) return machine
  const illegal = checkSwap(machine, 'fell', body.version)
  if (illegal !== null) return illegal
  sealStopped(draft, machine, 'fell', body.root)
  return null
}

/** The host keeps the memory of a machine whose owner does not pay for more running. */
export function suspendUnpaid(
  draft: Draft,
  host: HostRecord,
  body: BodyOf<'suspend-unpaid'>
): Rejection | null {
  const machine = machineHeldBy(draft, host, body.machine)
  if (isRejection(machine)) return machine
  const illegal = checkSwap(machine, 'suspend-unpaid', body.version)
  if (illegal !== null) return illegal
  if (machine.billing.halt === null) {
    return reject('NOT_HALTED', `${machine.uuid} is paid for: only its owner may suspend it`)
  }
  sealStopped(draft, machine, 'suspend-unpaid', body.root)
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
  saveMachine(draft, {
    ...machine,
    ...afterTransition(machine, entry, null),
    root,
    billing: stopClock(machine.billing, draft.timeMs)
  })
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

function machineHeldBy(draft: Draft, host: HostRecord, uuid: Uuid): MachineRecord | Rejection {
  const machine = draft.machine(uuid)
  if (machine === undefined) return unknownMachine(uuid)
  if (machine.holder === host.uuid) return machine
  return reject('NOT_HOLDER', `machine ${uuid} is not held by host ${host.name}`)
}
