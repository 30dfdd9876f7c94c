export { LEDGER_COMMANDS } from './commands.ts'
