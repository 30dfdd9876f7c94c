import { type Context, positional } from '../../cli/index.ts'
import { describeOperation } from './operation-text.ts'

export async function cancelOperation(context: Context): Promise<void> {
  const operation = await context.call('operation.cancel', { operation: positional(context, 0) })
  context.output.result({ json: operation, text: () => describeOperation(operation) })
}
