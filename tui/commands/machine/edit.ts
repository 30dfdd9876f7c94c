import { type Context, positional, usageFailure } from '../../cli/index.ts'
import { describeMachine } from './machine-text.ts'
import { readShape } from './shape.ts'

export async function editMachine(context: Context): Promise<void> {
  const name = context.flags.text('name')
  const changes = { ...(name === undefined ? {} : { name }), ...readShape(context.flags) }
  if (Object.keys(changes).length === 0) {
    throw usageFailure(
      'machine edit: nothing to change was given',
      'give --name, --bid-storage, --bid-running, --speed, --memory or --storage'
    )
  }
  const machine = await context.call('machine.edit', {
    machine: positional(context, 0),
    ...changes
  })
  context.output.result({ json: machine, text: () => describeMachine(machine) })
}
