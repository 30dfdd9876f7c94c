import { formatDollars } from '../money/index.ts'
import type { AccountId, AccountRecord, Picodollars, PublicKey } from '../records/index.ts'
import type { Draft } from '../state/index.ts'

/**
 * Where money lies: with an account, in the open moves or the bonds of candidates, whose records say how much is
 * whose, or in the fees, from which a coordinator collects its part. What is burned lies nowhere.
 */
export type Source =
  | { readonly kind: 'account'; readonly id: AccountId }
  | { readonly kind: 'escrow' }
  | { readonly kind: 'bonds' }
  | { readonly kind: 'collected'; readonly by: PublicKey }

export type Target =
  | Exclude<Source, { kind: 'collected' }>
  | { readonly kind: 'fees' }
  | { readonly kind: 'burned' }

export const ESCROW = { kind: 'escrow' } as const
export const FEES = { kind: 'fees' } as const
export const BONDS = { kind: 'bonds' } as const
export const BURNED = { kind: 'burned' } as const

export function purseOf(id: AccountId): Source & Target {
  return { kind: 'account', id }
}

/**
 * Every movement of money, both sides at once. false: `from` has too little and nothing changed. For the
 * escrow and the bonds the caller puts or removes the record that carries the same amount.
 */
export function transfer(draft: Draft, from: Source, to: Target, amount: Picodollars): boolean {
  if (amount < 0n) throw new Error(`a transfer cannot be negative: ${formatDollars(amount)}`)
  if (from.kind === 'account') {
    const payer = accountIn(draft, from.id)
    if (payer.balance < amount) return false
    draft.putAccount({ ...payer, balance: payer.balance - amount })
  }
  if (from.kind === 'collected') draft.collectFees(from.by, amount)
  if (to.kind === 'account') {
    const payee = accountIn(draft, to.id)
    draft.putAccount({ ...payee, balance: payee.balance + amount })
  }
  if (to.kind === 'fees') draft.takeFee(amount)
  if (to.kind === 'burned') draft.burn(amount)
  return true
}

function accountIn(draft: Draft, id: AccountId): AccountRecord {
  const account = draft.account(id)
  if (account === undefined)
    throw new Error(`money moves to or from account ${id}, which is unknown`)
  return account
}
