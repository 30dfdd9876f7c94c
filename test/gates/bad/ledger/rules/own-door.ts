export { found } from './index.ts' // expect no-restricted-imports
