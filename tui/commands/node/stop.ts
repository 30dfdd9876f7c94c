import type { Context } from '../../cli/index.ts'

export async function stopNode(context: Context): Promise<void> {
  const answer = await context.call('node.stop', {})
  context.output.result({ json: answer, text: () => 'the node is stopping' })
}
