export { MACHINE_COMMANDS } from './commands.ts'
