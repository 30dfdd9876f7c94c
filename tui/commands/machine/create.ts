import { type Context, positional } from '../../cli/index.ts'
import { describeMachine } from './machine-text.ts'
import { readShape } from './shape.ts'

export async function createMachine(context: Context): Promise<void> {
  const name = context.flags.text('name')
  const machine = await context.call('machine.create', {
    configuration: positional(context, 0),
    ...(name === undefined ? {} : { name }),
    ...readShape(context.flags)
  })
  context.output.result({ json: machine, text: () => describeMachine(machine) })
}
