export { type ServedSide, SideOffers } from './side-offers.ts'
export { type SidePull, sidePullFor } from './side-pull.ts'
export { SideThread } from './side-thread.ts'
