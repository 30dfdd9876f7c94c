import type { Context } from '../../cli/index.ts'
import { describeElection } from './election-text.ts'

export async function showElection(context: Context): Promise<void> {
  const view = await context.call('election.show', {})
  context.output.result({ json: view, text: () => describeElection(view) })
}
