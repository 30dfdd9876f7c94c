export {
  amountText,
  contractRates,
  defaultSpendLimit,
  differenceText,
  parseAmount,
  spendLimitMeaning,
  spendLimitProblem
} from './amounts.ts'
export { type Answer, type Asked, runningOperation, type Snapshot } from './answers.ts'
export { standingIn } from './ballot.ts'
export { type Command, clashes, keyText, PLACES, type Place } from './command.ts'
export { COMMANDS, commandsHere, paletteEntries } from './commands.ts'
export {
  type BallotDialog,
  type BidDialog,
  type ConfirmDialog,
  type Dialog,
  type Field,
  type HostsDialog,
  type LimitDialog,
  type Problem,
  problemText
} from './dialogs.ts'

export { bytesText, durationText, tookText, untilText } from './durations.ts'
export { type Effect, type Order, orderLine, quoted } from './effects.ts'
export { orderFeeLines, saveFeeLines, voteFeeLines } from './fees.ts'
export { fieldProblem, fieldText } from './flows.ts'
export { editLine, type Line, lineOf } from './line-editor.ts'
export {
  initialState,
  type Link,
  type Notice,
  operationOf,
  selectedMachine,
  type UiState,
  visibleMachines
} from './state.ts'
export type { Step } from './step.ts'
export { type UiEvent, update } from './update.ts'
