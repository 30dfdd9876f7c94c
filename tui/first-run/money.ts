const DIGITS = 12

/** Decimal dollars as picodollars, so that sums are exact. */
export function picodollarsOf(amount: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(amount)
  if (match === null) throw new RangeError(`"${amount}" is no amount of dollars`)
  const [, sign = '', whole = '0', fraction = ''] = match
  const value = BigInt(whole + fraction.padEnd(DIGITS, '0'))
  return sign === '-' ? -value : value
}

/** As the node writes amounts: no zeros at the end. */
export function dollarsOf(picodollars: bigint): string {
  const sign = picodollars < 0n ? '-' : ''
  const digits = String(picodollars < 0n ? -picodollars : picodollars).padStart(DIGITS + 1, '0')
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -DIGITS)}${fraction === '' ? '' : `.${fraction}`}`
}
