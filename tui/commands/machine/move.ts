import { type Context, positional } from '../../cli/index.ts'
import { chooseHost } from './destination.ts'
import { finish } from './finish.ts'

export async function moveMachine(context: Context): Promise<void> {
  const machine = positional(context, 0)
  const host = await chooseHost(context, machine, 'move')
  const method = context.flags.text('method')?.toUpperCase()
  const input = { machine, host, ...(method === undefined ? {} : { method }) }
  await finish(context, await context.call('machine.move', input))
}
