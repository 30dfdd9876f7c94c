import type { Context } from '../../cli/index.ts'
import { formatFields, formatTime } from '../../format/index.ts'

export async function showHead(context: Context): Promise<void> {
  const head = await context.call('ledger.head', {})
  context.output.result({
    json: head,
    text: () =>
      formatFields([
        ['Network', head.network],
        ['Height', String(head.height)],
        ['Block', head.hash],
        ['Block time', formatTime(head.timeMs)],
        ['State root', head.stateRoot],
        ['Transactions', String(head.transactions ?? 'not known to a light node')]
      ])
  })
}
