import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, positional, usageFailure } from '../../cli/index.ts'
import { describeOutcome } from './machine-text.ts'

/** Blocks come at best every few hundred milliseconds, so a shorter pause shows nothing newer. */
const LOOK_EVERY_MS = 250

/** What may be waited for. People say `running` for what the 2004 text calls started. */
const STATES = [
  'registered',
  'stored',
  'started',
  'running',
  'stopped',
  'suspended',
  'migrating'
] as const

export async function waitForMachine(context: Context): Promise<void> {
  const state = context.flags.oneOf('for', STATES)
  if (state === undefined) {
    throw usageFailure('machine wait: --for is missing', `give one of ${STATES.join(', ')}`)
  }
  const wanted = state === 'running' ? 'started' : state
  const name = positional(context, 0)
  let machine = await context.call('machine.show', { machine: name })
  while (machine.state !== wanted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: context.signal })
    machine = await context.call('machine.show', { machine: name })
  }
  const reached = machine
  context.output.result({ json: reached, text: () => describeOutcome(reached) })
}
