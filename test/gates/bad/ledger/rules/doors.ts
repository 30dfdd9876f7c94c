export { amount as direct } from '../records/amount.ts' // expect no-restricted-imports
export { amount as proper } from '../records/index.ts'
