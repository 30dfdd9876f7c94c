export {
  type Action,
  type Command,
  commandName,
  type Flag,
  GLOBAL_FLAGS,
  type Positional
} from './command.ts'
export { confirm } from './confirm.ts'
export { type Context, positional, type World } from './context.ts'
export {
  classified,
  EXIT_CODES,
  Failure,
  usageFailure
} from './failure.ts'
export { FlagValues } from './flag-values.ts'
export { followOperation } from './follow.ts'
export { Output, type Sink } from './output.ts'
export { runCommandLine } from './run.ts'
export { secretPrompt } from './secret.ts'
