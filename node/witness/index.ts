export { checkpointAt } from './own-ledger.ts'
export { createWitness, type Witness } from './witness.ts'
