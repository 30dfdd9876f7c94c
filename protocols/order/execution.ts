/**
 * How a host carries out one order: prepare, confirm, go (design: Orders and confirmations).
 *
 *   received --refuse--> refused
 *   received --ok--> preparing --prepared--> confirming --final--> finishing --finished--> done
 *                        | failed                | rejected
 *                        v                       v
 *                     undoing  <-----------------+
 *                        | undone
 *                        v
 *                     refused
 *
 * The intent is on disk before anything is touched, and the confirmation is on disk before it is sent: after
 * a crash the host finds either and the ledger says which way to go. What each verb prepares, does when the
 * confirmation is final, and undoes when it is rejected is the table PLANS.
 */
import type {
  Hash,
  MachineRecord,
  MachineState,
  OrderVerb,
  SignedOrder
} from '../../ledger/index.ts'
import type { OrderRefusal } from './refusals.ts'

/** Work on the machine itself, carried out by the VMM. */
export type Work =
  | 'create'
  | 'hold-start'
  | 'hold-resume'
  | 'stop'
  | 'suspend'
  | 'go'
  | 'abandon'
  | 'delete'
  | 'resume-again'
  | 'report-fell'

interface Plan {
  readonly prepare: Work | null
  /** A content root goes into the confirmation. */
  readonly seal: boolean
  readonly go: Work | null
  readonly undo: Work | null
}

/** A stopped guest cannot be un-stopped: if its confirmation is rejected the holder reports FELL instead. */
export const PLANS: Readonly<Record<OrderVerb, Plan>> = {
  store: { prepare: 'create', seal: true, go: null, undo: 'delete' },
  start: { prepare: 'hold-start', seal: false, go: 'go', undo: 'abandon' },
  resume: { prepare: 'hold-resume', seal: false, go: 'go', undo: 'abandon' },
  stop: { prepare: 'stop', seal: true, go: null, undo: 'report-fell' },
  suspend: { prepare: 'suspend', seal: true, go: null, undo: 'resume-again' },
  delete: { prepare: null, seal: false, go: 'delete', undo: null }
}

export type Execution =
  | { readonly phase: 'preparing'; readonly order: SignedOrder }
  | { readonly phase: 'confirming'; readonly order: SignedOrder; readonly root: Hash | null }
  /** `transaction`: that of the confirmation, where it is known. */
  | {
      readonly phase: 'finishing'
      readonly order: SignedOrder
      readonly transaction: Hash | null
    }
  | { readonly phase: 'undoing'; readonly order: SignedOrder; readonly why: OrderRefusal }
  | { readonly phase: 'done'; readonly order: SignedOrder; readonly transaction: Hash | null }
  | { readonly phase: 'refused'; readonly order: SignedOrder; readonly why: OrderRefusal }

export type ExecutionEvent =
  | { readonly type: 'prepared'; readonly root: Hash | null }
  | { readonly type: 'failed'; readonly why: OrderRefusal }
  | { readonly type: 'final'; readonly transaction: Hash | null }
  | { readonly type: 'rejected'; readonly why: OrderRefusal }
  | { readonly type: 'finished' }
  | { readonly type: 'undone' }
  /** After a restart: what the ledger holds of the machine now. */
  | { readonly type: 'recovered'; readonly machine: MachineRecord | undefined }

export type ExecutionEffect =
  | { readonly type: 'persist'; readonly execution: Execution }
  | { readonly type: 'work'; readonly work: Work; readonly seal: boolean }
  | { readonly type: 'confirm'; readonly order: SignedOrder; readonly root: Hash | null }
  /** The order is settled; the owner is told from the state that this leaves. */
  | { readonly type: 'forget' }

export interface ExecutionStep {
  readonly state: Execution
  readonly effects: readonly ExecutionEffect[]
}

/** Begins an order that has passed the checks at the door. */
export function beginExecution(order: SignedOrder): ExecutionStep {
  const state: Execution = { phase: 'preparing', order }
  const plan = PLANS[order.order.verb]
  // The intent is written first: a crash in the middle of the work must find out whose work it was.
  const persist: ExecutionEffect = { type: 'persist', execution: state }
  if (plan.prepare === null) return prependTo(persist, prepared(order, null))
  return { state, effects: [persist, { type: 'work', work: plan.prepare, seal: plan.seal }] }
}

/** Events that make no sense in a phase are ignored: they are echoes of an earlier one. */
export function stepExecution(state: Execution, event: ExecutionEvent): ExecutionStep {
  switch (event.type) {
    case 'prepared':
      return state.phase === 'preparing' ? prepared(state.order, event.root) : still(state)
    case 'failed':
      return state.phase === 'preparing' ? undo(state.order, event.why) : still(state)
    case 'final':
      return state.phase === 'confirming' ? finish(state.order, event.transaction) : still(state)
    case 'rejected':
      return state.phase === 'confirming' ? undo(state.order, event.why) : still(state)
    case 'finished':
      return state.phase === 'finishing' ? done(state.order, state.transaction) : still(state)
    case 'undone':
      return state.phase === 'undoing' ? refused(state.order, state.why) : still(state)
    case 'recovered':
      return recovered(state, event.machine)
  }
}

function prepared(order: SignedOrder, root: Hash | null): ExecutionStep {
  const state: Execution = { phase: 'confirming', order, root }
  return {
    state,
    effects: [
      { type: 'persist', execution: state },
      { type: 'confirm', order, root }
    ]
  }
}

function finish(order: SignedOrder, transaction: Hash | null): ExecutionStep {
  const state: Execution = { phase: 'finishing', order, transaction }
  const go = PLANS[order.order.verb].go
  const persist: ExecutionEffect = { type: 'persist', execution: state }
  if (go === null) return prependTo(persist, done(order, transaction))
  return { state, effects: [persist, { type: 'work', work: go, seal: false }] }
}

function undo(order: SignedOrder, why: OrderRefusal): ExecutionStep {
  const state: Execution = { phase: 'undoing', order, why }
  const work = PLANS[order.order.verb].undo
  const persist: ExecutionEffect = { type: 'persist', execution: state }
  if (work === null) return prependTo(persist, refused(order, why))
  return { state, effects: [persist, { type: 'work', work, seal: false }] }
}

function done(order: SignedOrder, transaction: Hash | null): ExecutionStep {
  return { state: { phase: 'done', order, transaction }, effects: [{ type: 'forget' }] }
}

function refused(order: SignedOrder, why: OrderRefusal): ExecutionStep {
  return { state: { phase: 'refused', order, why }, effects: [{ type: 'forget' }] }
}

/**
 * The ledger decides. If it shows the order's sequence as used, the confirmation was final and what remains
 * is to finish; otherwise a prepared order is confirmed again (a second copy is refused as ORDER_USED, never
 * applied twice), and one that was still being prepared is undone.
 */
function recovered(state: Execution, machine: MachineRecord | undefined): ExecutionStep {
  if (state.phase === 'done' || state.phase === 'refused') {
    return { state, effects: [{ type: 'forget' }] }
  }
  if (state.phase === 'undoing') return undo(state.order, state.why)
  if (state.phase === 'finishing' || wasApplied(state.order, machine)) {
    return finish(state.order, state.phase === 'finishing' ? state.transaction : null)
  }
  if (state.phase === 'confirming') return prepared(state.order, state.root)
  return undo(state.order, {
    code: 'INTERNAL',
    message: 'the host restarted while it was preparing this; order it again'
  })
}

/**
 * Whether the ledger shows what the confirmation would have done. The sequence alone is not enough: the owner
 * may have raised it to cancel this very order. A machine that was sealed may be on its next move already; one
 * that was started cannot be. A delete that was applied leaves no record behind.
 */
export function wasApplied(signed: SignedOrder, machine: MachineRecord | undefined): boolean {
  const { verb, host, sequence, version } = signed.order
  if (verb === 'delete') return machine === undefined
  const expected = OUTCOMES[verb]
  const seals = expected.versionGrowth === 1
  return (
    machine !== undefined &&
    machine.holder === host &&
    machine.orderSequence >= sequence &&
    (machine.state === expected.state || (seals && machine.state === 'migrating')) &&
    machine.version === version + expected.versionGrowth
  )
}

const OUTCOMES: Readonly<
  Record<
    Exclude<OrderVerb, 'delete'>,
    { readonly state: MachineState; readonly versionGrowth: 0 | 1 }
  >
> = {
  store: { state: 'stored', versionGrowth: 1 },
  start: { state: 'started', versionGrowth: 0 },
  resume: { state: 'started', versionGrowth: 0 },
  stop: { state: 'stopped', versionGrowth: 1 },
  suspend: { state: 'suspended', versionGrowth: 1 }
}

function still(state: Execution): ExecutionStep {
  return { state, effects: [] }
}

function prependTo(effect: ExecutionEffect, step: ExecutionStep): ExecutionStep {
  return { state: step.state, effects: [effect, ...step.effects] }
}
