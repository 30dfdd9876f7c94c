import { type Context, followOperation, positional } from '../../cli/index.ts'
import { describeOperation } from './operation-text.ts'

export async function watchOperation(context: Context): Promise<void> {
  const started = await context.call('operation.show', { operation: positional(context, 0) })
  const ended = await followOperation(context, started)
  context.output.result({ json: ended, text: () => describeOperation(ended) })
}
