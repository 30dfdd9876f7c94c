export { HOST_COMMANDS } from './commands.ts'
