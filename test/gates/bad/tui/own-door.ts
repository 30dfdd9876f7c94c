export { seen } from './index.ts' // expect no-restricted-imports
