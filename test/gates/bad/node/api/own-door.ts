export { reached } from './index.ts' // expect no-restricted-imports
