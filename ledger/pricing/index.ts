export {
  AMOUNT_OF_RESOURCE_MAX,
  checkPrices,
  RUNNING_PERIOD_S,
  STORAGE_PERIOD_DAYS,
  UNIT_PRICE_MAX
} from './bounds.ts'
export {
  BID_RUNNING_S,
  BID_STORAGE_DAYS,
  bidMeets,
  contractOf,
  describeRunning,
  describeStorage,
  rateOf
} from './contract.ts'
export { fits, freeOf, type ResourceName, runsOn, shortage } from './suitability.ts'
