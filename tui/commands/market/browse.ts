import type { CatalogueEntry } from '../../../node/client.ts'
import type { Context } from '../../cli/index.ts'
import { type Column, formatTable } from '../../format/index.ts'

/** Figure 6 of the 2004 text. */
export async function browseMarket(context: Context): Promise<void> {
  const answer = await context.call('market.browse', {})
  context.output.result({ json: answer, text: () => formatTable(COLUMNS, answer.configurations) })
}

const COLUMNS: readonly Column<CatalogueEntry>[] = [
  { title: 'CONFIGURATION', cell: each => each.configuration.name },
  { title: 'PROCESSOR', cell: each => each.configuration.processor },
  { title: 'BOGOMIPS', align: 'right', cell: each => String(each.configuration.speed) },
  { title: 'SYSTEM', cell: each => each.configuration.os },
  { title: 'MEMORY MB', align: 'right', cell: each => String(each.configuration.memoryMb) },
  { title: 'DISK MB', align: 'right', cell: each => String(each.configuration.storageMb) },
  {
    title: '$ STORAGE/30 DAYS',
    align: 'right',
    cell: each => each.average?.storagePer30Days ?? '-'
  },
  { title: '$ RUNNING/HOUR', align: 'right', cell: each => each.average?.runningPerHour ?? '-' },
  { title: 'PROVIDERS', align: 'right', cell: each => String(each.average?.providers ?? 0) },
  { title: 'KIND', cell: each => (each.preconfigured ? 'preconfigured' : 'standard') }
]
