import { forgetMachine, NO_BILLING, saveMachine } from '../../billing/index.ts'
import type { AccountRecord, Body, Rejection } from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { checkSequence, checkSwap, machineOf } from '../machine-checks.ts'
import { isRejection, reject } from '../rejection.ts'
import { checkWish } from '../shapes.ts'
import type { StatementChecks } from '../statement-checks.ts'

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
    sealed: null,
    retained: null,
    noticeAtMs: null,
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
