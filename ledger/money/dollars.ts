import type { Picodollars } from '../records/index.ts'

/** 1 dollar = 10^12 picodollars. */
export const PICODOLLARS_PER_DOLLAR = 1_000_000_000_000n
/** Most that fits the 16 bytes an amount has on the wire. */
export const PICODOLLARS_MAX: Picodollars = 2n ** 128n - 1n

const DECIMALS = 12
/** 2^128 picodollars have 27 digits before the point; longer text is refused before it is parsed. */
const WHOLE_DIGITS_MAX = 27

export type AmountErrorCode = 'AMOUNT_MALFORMED' | 'AMOUNT_TOO_FINE' | 'AMOUNT_TOO_LARGE'

/** Text that is no amount of money. The message says what was read and what would do. */
export class AmountError extends Error {
  override readonly name: string = 'AmountError'
  readonly code: AmountErrorCode

  constructor(code: AmountErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Reads decimal dollars: `3`, `.01`, `$996.997984`, at most 12 decimals, never negative.
 * Throws {@link AmountError}.
 */
export function parseDollars(text: string): Picodollars {
  const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text
  const match = /^\$?(\d*)(?:\.(\d*))?$/.exec(text)
  const whole = match?.[1] ?? ''
  const fraction = match?.[2] ?? ''
  if (match === null || (whole === '' && fraction === '')) {
    throw new AmountError(
      'AMOUNT_MALFORMED',
      `"${shown}" is not an amount: write dollars such as 3 or 0.002016`
    )
  }
  if (fraction.length > DECIMALS) {
    throw new AmountError(
      'AMOUNT_TOO_FINE',
      `"${shown}" has ${fraction.length} decimals: at most ${DECIMALS} can be kept`
    )
  }
  const amount =
    whole.length > WHOLE_DIGITS_MAX
      ? PICODOLLARS_MAX + 1n
      : BigInt(whole === '' ? 0 : whole) * PICODOLLARS_PER_DOLLAR +
        BigInt(fraction.padEnd(DECIMALS, '0'))
  if (amount > PICODOLLARS_MAX) {
    throw new AmountError(
      'AMOUNT_TOO_LARGE',
      `"${shown}" is more than the ledger can hold (${formatDollars(PICODOLLARS_MAX)})`
    )
  }
  return amount
}

/** Exact decimal dollars without trailing zeros: `996.997984`, `3`, `-0.5`. */
export function formatDollars(amount: Picodollars): string {
  const sign = amount < 0n ? '-' : ''
  const positive = amount < 0n ? -amount : amount
  const whole = positive / PICODOLLARS_PER_DOLLAR
  const fraction = (positive % PICODOLLARS_PER_DOLLAR)
    .toString()
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '')
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
