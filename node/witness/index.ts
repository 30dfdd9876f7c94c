export { createWitness, type Witness } from './witness.ts'
