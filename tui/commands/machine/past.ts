import type { MachineHistoryView, MigrationStatusView } from '../../../node/client.ts'
import { type Context, positional } from '../../cli/index.ts'
import { type Column, formatFields, formatTable, formatTime } from '../../format/index.ts'
import { describeOperation } from '../operation/index.ts'

export async function showHistory(context: Context): Promise<void> {
  const history = await context.call('machine.history', { machine: positional(context, 0) })
  context.output.result({ json: history, text: () => formatTable(COLUMNS, history.versions) })
}

type Version = MachineHistoryView['versions'][number]

const COLUMNS: readonly Column<Version>[] = [
  { title: 'VERSION', align: 'right', cell: each => String(each.version) },
  { title: 'STATE', cell: each => each.state },
  { title: 'HOLDER', cell: each => each.holder?.name ?? '-' },
  { title: 'TIME', cell: each => formatTime(each.atMs) },
  { title: 'HEIGHT', align: 'right', cell: each => String(each.height) },
  { title: 'CONTENT ROOT', cell: each => each.root ?? '-' }
]

export async function showMigrationStatus(context: Context): Promise<void> {
  const status = await context.call('machine.migration-status', {
    machine: positional(context, 0)
  })
  context.output.result({ json: status, text: () => describeStatus(status) })
}

function describeStatus({
  name,
  state,
  version,
  migration,
  operation
}: MigrationStatusView): string {
  const fields = formatFields([
    ['Machine', name],
    ['State', `${state}, version ${version}`],
    ['From', migration?.origin ?? ''],
    ['To', migration?.destination ?? ''],
    ['Opened', migration === null ? '' : formatTime(migration.openedAtMs)],
    ['Deadline', migration === null ? '' : formatTime(migration.deadlineMs)]
  ])
  const last =
    operation === null ? 'No move of it was begun at this node.' : describeOperation(operation)
  return `${fields}\n${last}`
}
