import { type Context, positional } from '../../cli/index.ts'
import { describeMachine } from './machine-text.ts'

export async function showMachine(context: Context): Promise<void> {
  const machine = await context.call('machine.show', { machine: positional(context, 0) })
  context.output.result({ json: machine, text: () => describeMachine(machine) })
}
