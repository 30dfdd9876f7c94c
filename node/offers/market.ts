import type { Bid, Configuration } from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import {
  type Average,
  type Averages,
  averages,
  type CatalogueItem,
  catalogue,
  type OfferEntry,
  OfferIndex,
  type PutOutcome
} from '../market/index.ts'
import type { ImageStore } from '../vmm/index.ts'

/** This node's view of the market: the newest valid offer of every host, and what follows from them. */
export interface Market {
  put(entry: OfferEntry): PutOutcome
  /** Sequence held for a host, -1 for none: what is announced with a higher one is news. */
  sequenceOf(host: string): number
  offers(): readonly OfferEntry[]
  catalogue(): Promise<readonly CatalogueItem[]>
  configuration(name: string): Promise<Configuration | undefined>
  averages(): Promise<Averages>
  averageFor(configuration: Configuration): Promise<Bid | null>
}

export function createMarket(options: { clock: Clock; images: ImageStore }): Market {
  const { clock, images } = options
  const index = new OfferIndex()
  let known: Averages = new Map<string, Average>()

  const items = async (): Promise<readonly CatalogueItem[]> => catalogue(await images.list())
  const valid = (): readonly OfferEntry[] => index.valid(clock.nowMs())

  return {
    put: entry => index.put(entry, clock.nowMs()),
    sequenceOf: host => index.get(host, clock.nowMs())?.signed.offer.sequence ?? -1,
    offers: valid,
    catalogue: items,
    async configuration(name) {
      const found = (await items()).find(item => item.configuration.name === name)
      return found?.configuration
    },
    async averages() {
      const configurations = (await items()).map(item => item.configuration)
      known = averages(valid(), configurations, known, { nowMs: clock.nowMs() })
      return known
    },
    async averageFor(configuration) {
      const found = averages(valid(), [configuration], known, { nowMs: clock.nowMs() })
      return found.get(configuration.name) ?? null
    }
  }
}
