export { askAcceptance } from './acceptance.ts'
export { carryOrder, hostKey, OrderRefused, type OrderWish, type OwnerOptions } from './orders.ts'
export { purgeCopy } from './purge.ts'
export { vouchForMove } from './vouch.ts'
