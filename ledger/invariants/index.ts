export { checkInvariants } from './check.ts'
export type { Invariant } from './invariant.ts'
export { checkStep } from './step.ts'
