export { MARKET_COMMANDS } from './commands.ts'
