export {
  AMOUNT_OF_RESOURCE_MAX,
  checkPrices,
  UNIT_PRICE_MAX
} from './bounds.ts'
export {
  bidMeets,
  contractOf,
  describeRunning,
  describeStorage,
  rateOf
} from './contract.ts'
export { fits, freeOf, type ResourceName, runsOn, shortage } from './suitability.ts'
