import type { OperationView } from '../../../node/client.ts'
import { type Context, followOperation } from '../../cli/index.ts'
import { formatDuration, formatId } from '../../format/index.ts'
import { describeOutcome } from './machine-text.ts'

/** Waits for an operation on a machine and prints what became of it; with `--no-wait` prints how to follow it. */
export async function finish(context: Context, started: OperationView): Promise<void> {
  const { output } = context
  if (!context.wait) {
    const id = formatId(started.id)
    const text = `${started.kind} has begun; follow it with: virtuoso operation watch ${id}`
    output.result({ json: started, text: () => text })
    return
  }
  const ended = await followOperation(context, started)
  const took = formatDuration((ended.endedAtMs ?? ended.startedAtMs) - ended.startedAtMs)
  const outcome = await describeMachineAfter(context, ended)
  output.result({ json: ended, text: () => `${outcome} (${took})` })
}

async function describeMachineAfter(context: Context, ended: OperationView): Promise<string> {
  if (ended.kind === 'delete' || ended.machine === null) return `${ended.kind} done`
  return describeOutcome(await context.call('machine.show', { machine: ended.machine }))
}
