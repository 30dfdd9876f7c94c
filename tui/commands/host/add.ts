import type { PricesView, ResourcesView } from '../../../node/client.ts'
import type { Context, FlagValues } from '../../cli/index.ts'
import { describeHost } from './host-text.ts'

export async function addHost(context: Context): Promise<void> {
  const { flags } = context
  const prices = readPrices(flags)
  const totals = readTotals(flags)
  const connectSpeed = flags.text('connect-speed')
  const name = context.positionals[0] ?? (await context.call('host.facts', {})).name
  const host = await context.call('host.add', {
    name,
    prices,
    totals,
    ...(connectSpeed === undefined ? {} : { connectSpeed })
  })
  context.output.result({ json: host, text: () => describeHost(host) })
}

/** Defaults: the prices of provider `alex` in figure 33 of the 2004 text. */
function readPrices(flags: FlagValues): PricesView {
  return {
    speedUnit: flags.whole('speed-unit') ?? 1000,
    speedPrice: flags.dollars('speed-price') ?? '0.0000001',
    memoryUnitMb: flags.whole('memory-unit') ?? 4,
    memoryPrice: flags.dollars('memory-price') ?? '0.00000001',
    storageUnitMb: flags.whole('storage-unit') ?? 100,
    storagePrice: flags.dollars('storage-price') ?? '0.1',
    runningPeriodS: flags.whole('running-period') ?? 3600,
    storagePeriodDays: flags.whole('storage-period') ?? 30
  }
}

function readTotals(flags: FlagValues): Partial<ResourcesView> {
  const speed = flags.whole('speed')
  const memoryMb = flags.whole('memory')
  const storageMb = flags.whole('storage')
  return {
    ...(speed === undefined ? {} : { speed }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(storageMb === undefined ? {} : { storageMb })
  }
}
