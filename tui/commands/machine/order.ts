import { type Context, positional } from '../../cli/index.ts'
import { finish } from './finish.ts'

export async function startMachine(context: Context): Promise<void> {
  await finish(context, await context.call('machine.start', runInput(context)))
}

export async function resumeMachine(context: Context): Promise<void> {
  await finish(context, await context.call('machine.resume', runInput(context)))
}

export async function stopMachine(context: Context): Promise<void> {
  const machine = positional(context, 0)
  await finish(context, await context.call('machine.stop', { machine }))
}

export async function suspendMachine(context: Context): Promise<void> {
  const machine = positional(context, 0)
  await finish(context, await context.call('machine.suspend', { machine }))
}

function runInput(context: Context): { machine: string; spendLimit?: string } {
  const spendLimit = context.flags.dollars('spend-limit')
  return {
    machine: positional(context, 0),
    ...(spendLimit === undefined ? {} : { spendLimit })
  }
}
