export { COMMANDS } from './table.ts'
