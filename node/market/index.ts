export { type Average, type Averages, averages } from './averages.ts'
export { type CatalogueItem, catalogue, DEBIAN_MINI_NAME, type KnownImage } from './catalogue.ts'
export { CONSTRAINTS, type Constraint, type Failure } from './constraints.ts'
export {
  OFFER_CLOCK_SKEW_MS,
  OFFER_LIFETIME_MAX_MS,
  type OfferEntry,
  OfferIndex,
  type PutOutcome
} from './offer-index.ts'
export { type Match, match, type Refused, type SearchResult, totalCost } from './search.ts'
