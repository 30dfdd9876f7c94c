import type { BidView, ContractView } from '../port.ts'
import { durationText } from './durations.ts'

const PLACES = 12
/** No more digits than any real amount has, so that a typed field cannot ask for unbounded work. */
const AMOUNT: RegExp = /^(\d{1,15})(?:\.(\d{1,12}))?$/u

/** Decimal dollars as picodollars, or null when the text is no amount. */
export function parseAmount(text: string): bigint | null {
  const found = AMOUNT.exec(text.trim())
  if (found === null) return null
  return BigInt(found[1] + (found[2] ?? '').padEnd(PLACES, '0'))
}

/** Picodollars as decimal dollars without superfluous zeros. */
export function amountText(amount: bigint): string {
  const sign = amount < 0n ? '-' : ''
  const digits = (amount < 0n ? -amount : amount).toString().padStart(PLACES + 1, '0')
  const fraction = digits.slice(-PLACES).replace(/0+$/u, '')
  return `${sign}${digits.slice(0, -PLACES)}${fraction === '' ? '' : `.${fraction}`}`
}

/** The contract's prices over 30 days and one hour, in picodollars, for comparing two contracts. */
export function contractRates(contract: ContractView): { storage: bigint; running: bigint } {
  const storage = parseAmount(contract.storagePrice) ?? 0n
  const running = parseAmount(contract.runningPrice) ?? 0n
  return {
    storage: (storage * 30n) / BigInt(Math.max(1, contract.storagePeriodDays)),
    running: (running * 3600n) / BigInt(Math.max(1, contract.runningPeriodS))
  }
}

/** `-22 %`, `+5 %`, `the same`; from one amount to another. */
export function differenceText(from: bigint, to: bigint): string {
  if (from === to) return 'the same'
  if (from === 0n) return `+$${amountText(to)}`
  if (to >= from * 10n) return `${to / from} times as much`
  const percent = Number(((to - from) * 1000n) / from) / 10
  const shown = Math.abs(percent) >= 10 ? Math.round(percent) : percent
  return `${shown > 0 ? '+' : ''}${shown === 0 ? (to > from ? '+0.1' : '-0.1') : shown} %`
}

/** Running charges of one day, or of the whole periods the balance pays for if those are fewer; at least one. */
export function defaultSpendLimit(contract: ContractView, balance: string): string {
  const price = parseAmount(contract.runningPrice) ?? 0n
  const day = BigInt(Math.ceil(86_400 / Math.max(1, contract.runningPeriodS)))
  const paid = price === 0n ? day : (parseAmount(balance) ?? 0n) / price
  const periods = paid < day ? paid : day
  return amountText(price * (periods < 1n ? 1n : periods))
}

/** How long a limit lasts beyond what is spent of it, and that the balance ends before it if so. */
export function spendLimitMeaning(
  text: string,
  contract: ContractView,
  balance: string,
  spent: string = '0'
): string {
  const limit = (parseAmount(text) ?? 0n) - (parseAmount(spent) ?? 0n)
  const money = parseAmount(balance) ?? 0n
  const price = parseAmount(contract.runningPrice) ?? 0n
  if (price === 0n) return 'Running costs nothing here.'
  const span = durationText(Number(limit / price) * contract.runningPeriodS * 1000)
  const lasts = `Enough for ${span} from now on.`
  return limit > money ? `${lasts} The balance, $${balance}, ends before it.` : lasts
}

/** The reason why a spend limit cannot be signed, or null. `before` is what a higher one replaces. */
export function spendLimitProblem(
  text: string,
  contract: ContractView,
  before: { readonly limit: string; readonly spent: string } = { limit: '0', spent: '0' }
): string | null {
  const limit = parseAmount(text)
  if (limit === null) return 'An amount in dollars such as 0.05, at most 12 decimal places.'
  const price = parseAmount(contract.runningPrice) ?? 0n
  if (limit < price)
    return `Less than one running period ($${contract.runningPrice}): nothing could run.`
  const present = parseAmount(before.limit) ?? 0n
  if (present > 0n && limit <= present)
    return `The limit is $${before.limit} already: only a higher one raises it.`
  if (limit < (parseAmount(before.spent) ?? 0n) + price)
    return `Less than what is spent ($${before.spent}) and one running period ($${contract.runningPrice}).`
  return null
}

/** The reason why a bid's field cannot be sent, or null. */
export function bidProblem(text: string): string | null {
  const amount = parseAmount(text)
  if (amount === null) return 'An amount in dollars such as 1.5, at most 12 decimal places.'
  return amount === 0n ? 'More than 0: nobody stores or runs a machine for nothing.' : null
}

export function bidText(bid: BidView): string {
  return `$${bid.storagePer30Days} per 30 days stored, $${bid.runningPerHour} per hour running`
}
