import type { Context } from '../../cli/index.ts'
import { describeHost } from './host-text.ts'

export async function listHosts(context: Context): Promise<void> {
  const answer = await context.call('host.list', {})
  context.output.result({
    json: answer,
    text: () =>
      answer.hosts.length === 0
        ? 'No hosts. Offer this computer with: virtuoso host add'
        : answer.hosts.map(describeHost).join('\n\n')
  })
}
