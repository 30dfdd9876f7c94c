export { PROGRAM_COMMANDS } from './commands.ts'
