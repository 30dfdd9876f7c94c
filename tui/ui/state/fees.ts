import { parseAmount } from './amounts.ts'
import type { Order } from './effects.ts'
import type { UiState } from './state.ts'

/** Orders that the owner's account brings to the ledger itself; the others are confirmed, and paid for, by the host. */
const OWN: ReadonlySet<Order['verb']> = new Set<Order['verb']>([
  'move',
  'discard',
  'raise-limit',
  'release',
  'release-contract',
  'declare-lost'
])

/** What an order costs beside its prices, as a line; none where it costs nothing. */
export function orderFeeLines({ status }: UiState, verb: Order['verb']): string[] {
  return OWN.has(verb) ? feeLines(status?.fees.transaction) : []
}

/** The same for the form of a new machine, or of one that is edited. */
export function saveFeeLines({ status }: UiState, isNew: boolean): string[] {
  return feeLines(isNew ? status?.fees.register : status?.fees.transaction)
}

/** The same for a ballot. */
export function voteFeeLines({ status }: UiState): string[] {
  return feeLines(status?.fees.transaction)
}

function feeLines(fee: string | undefined): string[] {
  if (fee === undefined || (parseAmount(fee) ?? 0n) === 0n) return []
  return [`The ledger's fee is $${fee}.`]
}
