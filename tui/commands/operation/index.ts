export { OPERATION_COMMANDS } from './commands.ts'
export { describeOperation } from './operation-text.ts'
