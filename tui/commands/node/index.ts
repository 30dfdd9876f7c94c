export { NODE_COMMANDS } from './commands.ts'
