import { type Context, confirm, positional } from '../../cli/index.ts'

export async function vouchForMachine(context: Context): Promise<void> {
  const machine = positional(context, 0)
  const question = [
    `You say that what lies at the destination of the move is ${machine}; its origin does not say so.`,
    'It moves there for good. Vouch only if you trust the destination. Do you?'
  ].join(' ')
  await confirm(context, question)
  const answer = await context.call('machine.vouch', { machine })
  const { name } = answer.destination
  context.output.result({
    json: answer,
    text: () =>
      `${name} has your word for ${machine} and commits the move: see virtuoso machine migrationstatus`
  })
}
