import { type Context, confirm, positional } from '../../cli/index.ts'

export async function discardMachine(context: Context): Promise<void> {
  const machine = positional(context, 0)
  await confirm(context, `Forget the machine ${machine}?`)
  const answer = await context.call('machine.discard', { machine })
  context.output.result({ json: answer, text: () => `${answer.discarded} is forgotten` })
}
