import type { OfferView } from '../../../node/client.ts'
import type { Context } from '../../cli/index.ts'
import { type Column, formatId, formatTable } from '../../format/index.ts'

/** Figure 33 of the 2004 text. */
export async function listOffers(context: Context): Promise<void> {
  const answer = await context.call('offer.list', {})
  context.output.result({
    json: answer,
    text: () =>
      answer.offers.length === 0
        ? 'No offers yet. Providers announce theirs when they start and every few minutes.'
        : formatTable(COLUMNS, answer.offers)
  })
}

const COLUMNS: readonly Column<OfferView>[] = [
  { title: 'OWNER', cell: offer => offer.ownerName },
  { title: 'HOST', cell: offer => offer.name },
  { title: 'ID', cell: offer => formatId(offer.host) },
  { title: 'PROCESSOR', cell: offer => offer.processor },
  { title: 'FREE BOGOMIPS', align: 'right', cell: offer => String(offer.free.speed) },
  {
    title: '$/S',
    align: 'right',
    cell: ({ prices }) => `${prices.speedPrice} per ${prices.speedUnit}`
  },
  { title: 'FREE MB', align: 'right', cell: offer => String(offer.free.memoryMb) },
  {
    title: '$/S',
    align: 'right',
    cell: ({ prices }) => `${prices.memoryPrice} per ${prices.memoryUnitMb} MB`
  },
  { title: 'FREE DISK MB', align: 'right', cell: offer => String(offer.free.storageMb) },
  {
    title: '$/DAY',
    align: 'right',
    cell: ({ prices }) => `${prices.storagePrice} per ${prices.storageUnitMb} MB`
  },
  { title: 'CONNECTION', cell: offer => offer.connectSpeed },
  { title: 'METHODS', cell: offer => offer.methods.join(' ') },
  { title: 'REACHED', cell: offer => (offer.online ? 'online' : 'offline') }
]
