export { OPERATION_COMMANDS } from './commands.ts'
