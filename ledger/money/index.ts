export {
  AmountError,
  type AmountErrorCode,
  formatDollars,
  PICODOLLARS_MAX,
  PICODOLLARS_PER_DOLLAR,
  parseDollars
} from './dollars.ts'
export { addRationals, ceilDivide, formatRate, type Rational, reduce, ZERO } from './rational.ts'
