/**
 * Confirmations: a host says that it has done, or holds ready, what the owner signed. The order is checked as
 * the owner's word, then as a compare-and-swap, then by the rule of its verb.
 */
import { contractIn, forgetMachine, freeUp, letCopyGo } from '../../billing/index.ts'
import type {
  Body,
  Hash,
  HostRecord,
  MachineRecord,
  Order,
  Rejection
} from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { checkSequence, checkSwap, unknownMachine } from '../machine-checks.ts'
import { isRejection, reject } from '../rejection.ts'
import { settle } from '../settlement.ts'
import type { StatementChecks } from '../statement-checks.ts'
import { sealStopped } from './reports.ts'
import { startMachine } from './start.ts'
import { storeMachine } from './store.ts'

type Confirm = Extract<Body, { type: 'confirm' }>

export function confirm(
  draft: Draft,
  host: HostRecord,
  body: Confirm,
  statements: StatementChecks
): Rejection | null {
  const { order } = body.order
  const machine = checkOrder(draft, host, body, statements)
  if (isRejection(machine)) return machine
  const illegal = checkSwap(machine, order.verb, order.version)
  if (illegal !== null) return illegal
  if (order.state !== machine.state) {
    return reject(
      'STALE_VERSION',
      `the order was signed for a machine that is ${order.state}, it is ${machine.state}: read it again`
    )
  }
  if (order.verb !== 'store' && machine.holder !== host.uuid) {
    return reject('NOT_HOLDER', `machine ${machine.uuid} is not held by host ${host.name}`)
  }
  return carryOut(
    draft,
    host,
    { ...machine, orderSequence: order.sequence },
    order,
    body.root,
    statements
  )
}

/** The order as the owner's word to this host: who signed it, for whom, and whether it still counts. */
function checkOrder(
  draft: Draft,
  host: HostRecord,
  { order: signed, root }: Confirm,
  statements: StatementChecks
): MachineRecord | Rejection {
  const { order } = signed
  const machine = draft.machine(order.machine)
  if (machine === undefined) return unknownMachine(order.machine)
  const owner = draft.account(machine.owner)
  if (owner === undefined) throw new Error(`machine ${machine.uuid} has an unknown owner`)
  if (signed.owner !== machine.owner) {
    return reject('NOT_OWNER', `machine ${machine.uuid} is ${owner.name}'s, not ${signed.owner}'s`)
  }
  if (order.host !== host.uuid) {
    return reject('NOT_HOLDER', `the order is for host ${order.host}, not for ${host.uuid}`)
  }
  if (!statements.orderIsBy(signed, owner.key)) {
    return reject('ORDER_FORGED', `the order is not signed by the key of ${owner.name}`)
  }
  if (order.expiryHeight < draft.height) {
    return reject(
      'ORDER_EXPIRED',
      `the order ended at height ${order.expiryHeight}, this is ${draft.height}: sign another`
    )
  }
  return checkShape(order, root) ?? checkSequence(machine, order.sequence) ?? machine
}

function checkShape(order: Order, root: Hash | null): Rejection | null {
  const { verb } = order
  const runs = verb === 'start' || verb === 'resume'
  const seals = verb === 'store' || verb === 'stop' || verb === 'suspend'
  if ((order.offer !== null) !== (verb === 'store')) {
    return reject('ORDER_MALFORMED', `an offer goes with store and nothing else: this is ${verb}`)
  }
  if ((order.spendLimit !== null) !== runs) {
    return reject('ORDER_MALFORMED', `a spend limit goes with start and resume: this is ${verb}`)
  }
  if (order.spendLimit !== null && order.spendLimit < 0n) {
    return reject('ORDER_MALFORMED', 'a spend limit cannot be negative')
  }
  if ((root !== null) !== seals) {
    return reject('ROOT_MISSING', `a root is sealed by store, stop and suspend: this is ${verb}`)
  }
  return null
}

function carryOut(
  draft: Draft,
  host: HostRecord,
  machine: MachineRecord,
  order: Order,
  root: Hash | null,
  statements: StatementChecks
): Rejection | null {
  switch (order.verb) {
    case 'store':
      return storeMachine(
        draft,
        host,
        machine,
        { offer: given(order.offer), root: given(root) },
        statements
      )
    case 'start':
    case 'resume':
      return startMachine(draft, machine, order.verb, given(order.spendLimit))
    case 'stop':
    case 'suspend':
      sealStopped(draft, machine, order.verb, given(root))
      return null
    case 'delete':
      return deleteMachine(draft, machine)
  }
}

/** The machine is given back, with all that is owed for it. */
function deleteMachine(draft: Draft, machine: MachineRecord): Rejection | null {
  const settled = settle(draft, machine)
  if (isRejection(settled)) return settled
  freeUp(draft, contractIn(machine).host, machine.configuration)
  letCopyGo(draft, machine)
  forgetMachine(draft, machine.uuid)
  return null
}

/** `checkShape` has seen to it that what a verb needs is there. */
function given<T>(value: T | null): T {
  if (value === null) throw new Error('an order passed its check without what its verb needs')
  return value
}
