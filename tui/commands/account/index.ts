export { ACCOUNT_COMMANDS } from './commands.ts'
