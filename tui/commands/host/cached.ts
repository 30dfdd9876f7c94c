import type { CachedCopyView } from '../../../node/client.ts'
import { type Context, confirm, positional } from '../../cli/index.ts'
import { type Column, formatBytes, formatId, formatTable, formatTime } from '../../format/index.ts'

export async function listCached(context: Context): Promise<void> {
  const answer = await context.call('host.cached', {})
  const { quotaBytes, copies } = answer
  const free = copies.filter(copy => !copy.needed).reduce((sum, { bytes }) => sum + bytes, 0)
  const used = `${formatBytes(free)} of ${formatBytes(quotaBytes)} for older versions are used`
  const table = copies.length === 0 ? [] : [formatTable(COLUMNS, copies)]
  context.output.result({ json: answer, text: () => [used, ...table].join('\n') })
}

export async function dropCached(context: Context): Promise<void> {
  const machine = positional(context, 0)
  await confirm(context, `Remove the older version of ${machine} from this host?`)
  const answer = await context.call('host.drop-cached', { machine })
  const text = (): string => `${formatBytes(answer.freedBytes)} are free again`
  context.output.result({ json: answer, text })
}

const COLUMNS: readonly Column<CachedCopyView>[] = [
  { title: 'MACHINE', cell: copy => copy.name },
  { title: 'ID', cell: copy => formatId(copy.machine) },
  { title: 'VERSION', align: 'right', cell: copy => String(copy.version ?? 'unknown') },
  { title: 'SPACE', align: 'right', cell: copy => formatBytes(copy.bytes) },
  { title: 'LEFT', cell: copy => (copy.sinceMs === null ? '-' : formatTime(copy.sinceMs)) },
  { title: 'NEEDED', cell: copy => (copy.needed ? 'yes' : 'no') }
]
