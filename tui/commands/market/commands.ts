import type { Command } from '../../cli/index.ts'

export const MARKET_COMMANDS: readonly Command[] = [
  {
    path: ['market', 'browse'],
    summary: 'the configurations one can create, with the average price of each',
    load: async () => (await import('./browse.ts')).browseMarket
  },
  {
    path: ['offer', 'list'],
    summary: 'the offers of providers that this node has heard',
    load: async () => (await import('./offers.ts')).listOffers
  }
]
