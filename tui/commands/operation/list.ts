import type { OperationView } from '../../../node/client.ts'
import type { Context } from '../../cli/index.ts'
import {
  type Column,
  formatDuration,
  formatId,
  formatTable,
  formatTime
} from '../../format/index.ts'

export async function listOperations(context: Context): Promise<void> {
  const answer = await context.call('operation.list', {})
  context.output.result({
    json: answer,
    text: () =>
      answer.operations.length === 0 ? 'No operations.' : formatTable(COLUMNS, answer.operations)
  })
}

const COLUMNS: readonly Column<OperationView>[] = [
  { title: 'OPERATION', cell: each => formatId(each.id) },
  { title: 'KIND', cell: each => each.kind },
  { title: 'MACHINE', cell: each => (each.machine === null ? '-' : formatId(each.machine)) },
  { title: 'STATE', cell: each => each.state },
  { title: 'STARTED', cell: each => formatTime(each.startedAtMs) },
  {
    title: 'TOOK',
    align: 'right',
    cell: each =>
      each.endedAtMs === null ? '-' : formatDuration(each.endedAtMs - each.startedAtMs)
  },
  { title: 'STEP', cell: each => each.error?.message ?? each.step }
]
