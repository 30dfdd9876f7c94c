import type { Hash, SignedOrder, Uuid } from '../../ledger/index.ts'
import {
  beginExecution,
  type Execution,
  type ExecutionEffect,
  type ExecutionEvent,
  type ExecutionStep,
  HOST_REFUSAL_CODES,
  type OrderRefusal,
  REFUSAL_CODES,
  stepExecution,
  wasApplied
} from '../../protocols/order/index.ts'
import type { HostRecords } from '../host-records/index.ts'
import type { Replica, Submitter } from '../replica/index.ts'
import { VmmError } from '../vmm/index.ts'
import type { MachineWork } from './machine-work.ts'

export interface ExecutionDriver {
  /** Carries a checked order through; resolves when it is done or refused. */
  execute(order: SignedOrder, onStep: (step: string) => void): Promise<Execution>
  /** Finishes or undoes what a crash interrupted. The replica must have caught up. */
  recover(execution: Execution): Promise<Execution>
}

export interface ExecutionDriverOptions {
  readonly replica: Replica
  readonly submitter: Submitter
  readonly records: HostRecords
  readonly work: MachineWork
  /** Called when a machine's record on the ledger and its files agree again. */
  readonly settled: (machine: Uuid) => Promise<void>
  readonly log: (message: string, fields: Record<string, string>) => void
}

/** Carries out the effects of `protocols/order/execution.ts`, in their order. */
export function createExecutionDriver(options: ExecutionDriverOptions): ExecutionDriver {
  const { replica } = options

  async function drive(
    first: ExecutionStep,
    machine: Uuid,
    onStep: (step: string) => void
  ): Promise<Execution> {
    let { state } = first
    const queue = [...first.effects]
    for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
      const event = await carryOut(options, state, effect, machine, onStep)
      if (event === null) continue
      const next = stepExecution(state, event)
      state = next.state
      queue.push(...next.effects)
    }
    await options.settled(machine)
    return state
  }

  return {
    execute(order, onStep) {
      return drive(beginExecution(order), order.order.machine, onStep)
    },
    async recover(execution) {
      const uuid = execution.order.order.machine
      const machine = replica.state().machine(uuid)
      options.log('taking up an order interrupted by a restart', {
        machine: uuid,
        verb: execution.order.order.verb,
        phase: execution.phase
      })
      const step = stepExecution(execution, { type: 'recovered', machine })
      return drive(step, uuid, () => undefined)
    }
  }
}

async function carryOut(
  options: ExecutionDriverOptions,
  state: Execution,
  effect: ExecutionEffect,
  machine: Uuid,
  onStep: (step: string) => void
): Promise<ExecutionEvent | null> {
  switch (effect.type) {
    case 'persist':
      await options.records.putExecution(effect.execution)
      return null
    case 'forget':
      await options.records.removeExecution(machine)
      return null
    case 'work':
      onStep(WORDS[effect.work])
      return perform(options, state, effect, machine)
    case 'confirm':
      onStep('waiting for the confirmation to be final')
      return confirm(options, effect.order, effect.root)
  }
}

async function perform(
  { work, log }: ExecutionDriverOptions,
  state: Execution,
  effect: ExecutionEffect & { type: 'work' },
  machine: Uuid
): Promise<ExecutionEvent> {
  try {
    const root = await work.perform(effect.work, machine, effect.seal)
    if (state.phase === 'preparing') return { type: 'prepared', root }
    return { type: state.phase === 'undoing' ? 'undone' : 'finished' }
  } catch (error) {
    const why = refusalOf(error)
    log(`${effect.work} failed: ${why.message}`, { machine: machine, code: why.code })
    if (state.phase === 'preparing') return { type: 'failed', why }
    // The ledger has decided already; what is left over is settled by the watch and at the next start.
    return { type: state.phase === 'undoing' ? 'undone' : 'finished' }
  }
}

/**
 * Sends the confirmation until the ledger has decided. A coordinator whose answer was lost may hold it all the
 * same: undoing on that alone would delete a machine that the ledger is about to bill. Once the order's height
 * has passed, nothing can confirm it any more.
 */
async function confirm(
  { submitter, replica, log }: ExecutionDriverOptions,
  order: SignedOrder,
  root: Hash | null
): Promise<ExecutionEvent> {
  const { machine, expiryHeight } = order.order
  for (;;) {
    const outcome = await submitter.submit({ type: 'confirm', order, root })
    if (outcome.ok) return { type: 'final', transaction: outcome.hash }
    const { height } = replica.state()
    // One that was sent before may have arrived after all, and then this copy was the one refused.
    if (wasApplied(order, replica.state().machine(machine))) {
      return { type: 'final', transaction: null }
    }
    if (outcome.decided || height > expiryHeight) {
      return { type: 'rejected', why: { code: hostCode(outcome.code), message: outcome.message } }
    }
    log(`the confirmation is not decided, it is sent again: ${outcome.message}`, { machine })
    await replica
      .until(state => state.height > height, AbortSignal.timeout(CONFIRM_AGAIN_MS))
      .catch(() => undefined)
  }
}

/** A block, or this long: the idle tick of the coordinators. */
const CONFIRM_AGAIN_MS = 5_000

const WORDS: Readonly<Record<(ExecutionEffect & { type: 'work' })['work'], string>> = {
  create: 'making the disk and the configuration',
  'hold-start': 'loading the guest',
  'hold-resume': 'loading the guest and its memory',
  go: 'letting the guest run',
  stop: 'powering the guest down',
  suspend: 'writing the memory to disk',
  abandon: 'ending the guest',
  delete: 'removing the files',
  'resume-again': 'letting the guest run again',
  'report-fell': 'telling the ledger that the guest is down'
}

/** The VMM's reasons that an owner can do something about keep their code; the rest are the host's fault. */
export function refusalOf(error: unknown): OrderRefusal {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof VmmError)) return { code: 'INTERNAL', message }
  const code = HOST_REFUSAL_CODES.find(each => each === error.code)
  return { code: code ?? 'VMM_FAILED', message }
}

/** What the courier or the ledger said, in the words of this protocol. */
export function hostCode(code: string): OrderRefusal['code'] {
  return REFUSAL_CODES.find(each => each === code) ?? 'LEDGER_UNREACHABLE'
}
