import type { HostView } from '../../../node/client.ts'
import {
  type Column,
  formatBytes,
  formatFields,
  formatId,
  formatTable
} from '../../format/index.ts'

type Held = HostView['machines'][number]

/** A host with the virtual machines stored on it (figure 32 of the 2004 text). */
export function describeHost(host: HostView): string {
  const { totals, reserved, prices } = host
  const fields = formatFields([
    ['Host', `${host.name}  ${host.uuid}`],
    ['Owner', host.owner],
    ['Processor', host.processor],
    ['Speed', `${reserved.speed} of ${totals.speed} bogomips reserved`],
    ['Memory', `${reserved.memoryMb} of ${totals.memoryMb} MB reserved`],
    ['Storage', `${reserved.storageMb} of ${totals.storageMb} MB reserved`],
    ['Prices', prices === null ? '' : describePrices(prices)],
    [
      'Older versions kept',
      host.cached
        .map(
          each => `${formatId(each.machine)} version ${each.version} (${formatBytes(each.bytes)})`
        )
        .join(', ')
    ]
  ])
  const held = host.machines.length === 0 ? [] : [formatTable(COLUMNS, host.machines)]
  return [fields, ...held].join('\n')
}

function describePrices(prices: NonNullable<HostView['prices']>): string {
  return [
    `$ ${prices.speedPrice} per ${prices.speedUnit} bogomips and second`,
    `$ ${prices.memoryPrice} per ${prices.memoryUnitMb} MB and second`,
    `$ ${prices.storagePrice} per ${prices.storageUnitMb} MB and day`
  ].join(', ')
}

const COLUMNS: readonly Column<Held>[] = [
  { title: 'MACHINE', cell: held => held.name },
  { title: 'ID', cell: held => formatId(held.uuid) },
  { title: 'STATE', cell: held => held.state },
  { title: 'VERSION', align: 'right', cell: held => String(held.version) },
  { title: 'STORAGE $', cell: held => held.contract?.storageText ?? '-' },
  { title: 'RUNNING $', cell: held => held.contract?.runningText ?? '-' }
]
