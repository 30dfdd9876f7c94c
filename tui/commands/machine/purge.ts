import { type Context, confirm, positional } from '../../cli/index.ts'

export async function purgeMachine(context: Context): Promise<void> {
  const machine = positional(context, 0)
  const host = context.flags.text('host')
  const where = host === undefined ? 'wherever it was before' : `at ${host}`
  await confirm(context, `Remove the older versions of ${machine} ${where}?`)
  const input = { machine, ...(host === undefined ? {} : { host }) }
  const answer = await context.call('machine.purge', input)
  const names = answer.purged.map(({ name }) => name).join(', ')
  const text = (): string =>
    names === ''
      ? `${machine} has never been anywhere else`
      : `nothing of ${machine} is left at ${names}`
  context.output.result({ json: answer, text })
}
