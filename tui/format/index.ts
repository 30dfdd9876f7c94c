export {
  formatBytes,
  formatDays,
  formatDollars,
  formatDuration,
  formatId,
  formatRate,
  formatSeconds,
  formatTime
} from './amounts.ts'
export { type Column, formatFields, formatTable } from './table.ts'
export {
  clean,
  cleanLines,
  displayWidth,
  fit,
  padRight,
  withoutSequences
} from './text.ts'
