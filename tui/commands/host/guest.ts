import { type Context, confirm, positional } from '../../cli/index.ts'
import { formatTime } from '../../format/index.ts'

export async function giveNotice(context: Context): Promise<void> {
  const machine = positional(context, 0)
  const answer = await context.call('host.give-notice', { machine })
  const { name, graceEndsMs } = answer
  const until = graceEndsMs === null ? '' : ` and may be evicted from ${formatTime(graceEndsMs)}`
  context.output.result({ json: answer, text: () => `${name} is under notice${until}` })
}

export async function evict(context: Context): Promise<void> {
  const machine = positional(context, 0)
  await confirm(context, `Evict ${machine} and destroy its disk on this host?`)
  const answer = await context.call('host.evict', { machine })
  const text = (): string => `${answer.name} is evicted: it is ${answer.state} again`
  context.output.result({ json: answer, text })
}
