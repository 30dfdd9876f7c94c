import { type Context, confirm, positional } from '../../cli/index.ts'
import { finish } from './finish.ts'

export async function deleteMachine(context: Context): Promise<void> {
  const machine = positional(context, 0)
  await confirm(context, `Delete ${machine} with its disk at the provider, without a way back?`)
  await finish(context, await context.call('machine.delete', { machine }))
}
