export { most } from './index.ts' // expect no-restricted-imports
