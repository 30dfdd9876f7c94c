import { type Context, positional } from '../../cli/index.ts'
import { chooseHost } from './destination.ts'
import { finish } from './finish.ts'

export async function storeMachine(context: Context): Promise<void> {
  const machine = positional(context, 0)
  const host = await chooseHost(context, machine, 'store')
  await finish(context, await context.call('machine.store', { machine, host }))
}
