export { ELECTION_COMMANDS } from './commands.ts'
