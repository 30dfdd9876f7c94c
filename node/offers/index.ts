export { type OfferExchange, startExchange } from './exchange.ts'
export { createMarket, type Market } from './market.ts'
export { createPublisher, type OfferPublisher, type Terms } from './publisher.ts'
