import { PICODOLLARS_PER_DOLLAR } from './dollars.ts'

/** An exact fraction; the denominator is positive. Rates are shown, never stored. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

export const ZERO: Rational = { numerator: 0n, denominator: 1n }

/** The next whole number at or above the quotient of two numbers, neither negative, the divisor positive. */
export function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  if (divisor <= 0n || dividend < 0n) {
    throw new RangeError(`cannot divide ${dividend} by ${divisor} rounding up`)
  }
  return (dividend + divisor - 1n) / divisor
}

export function addRationals(a: Rational, b: Rational): Rational {
  return reduce(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator
  )
}

/** Sums stay small: the denominators are periods, which share most of their factors. */
export function reduce(numerator: bigint, denominator: bigint): Rational {
  let [divisor, rest] = [numerator < 0n ? -numerator : numerator, denominator]
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest]
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

/**
 * Shows a rate of `numerator / denominator` picodollars as dollars, rounded half up to `significantDigits`,
 * without trailing zeros; below 0.0001 dollar with an exponent, as the 2004 figures print it
 * (`2.77777777777778e-13`).
 */
export function formatRate(
  numerator: bigint,
  denominator: bigint,
  significantDigits: number
): string {
  if (numerator === 0n) return '0'
  if (numerator < 0n || denominator <= 0n) {
    throw new RangeError(`no rate: ${numerator} / ${denominator}`)
  }
  const below = denominator * PICODOLLARS_PER_DOLLAR
  const { digits, exponent } = significand(numerator, below, significantDigits)
  const stripped = digits.replace(/0+$/, '')
  if (exponent < -4 || exponent >= 21) {
    const tail = stripped.slice(1)
    return `${stripped.slice(0, 1)}${tail === '' ? '' : `.${tail}`}e${exponent < 0 ? '' : '+'}${exponent}`
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${stripped}`
  const whole = stripped.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const tail = stripped.slice(exponent + 1)
  return tail === '' ? whole : `${whole}.${tail}`
}

/** `numerator / denominator` = d.ddd x 10^exponent with exactly `count` digits. */
function significand(
  numerator: bigint,
  denominator: bigint,
  count: number
): { digits: string; exponent: number } {
  const guess = numerator.toString().length - denominator.toString().length
  const exponent = compareToPower(numerator, denominator, guess) < 0 ? guess - 1 : guess
  const shift = count - 1 - exponent
  const scaled = shift >= 0 ? numerator * 10n ** BigInt(shift) : numerator
  const divisor = shift >= 0 ? denominator : denominator * 10n ** BigInt(-shift)
  const digits = ((scaled * 2n + divisor) / (divisor * 2n)).toString()
  // 9.99 rounded to two digits is 10.0: one digit more, of which the last is a zero.
  return digits.length > count ? { digits, exponent: exponent + 1 } : { digits, exponent }
}

function compareToPower(numerator: bigint, denominator: bigint, power: number): number {
  const left = power < 0 ? numerator * 10n ** BigInt(-power) : numerator
  const right = power < 0 ? denominator : denominator * 10n ** BigInt(power)
  return left < right ? -1 : 1
}
