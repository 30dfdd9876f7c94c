import { isIssuer, noteIssue } from '../election/index.ts'
import { formatDollars } from '../money/index.ts'
import type { AccountRecord, Body, Picodollars, Rejection } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { reject } from './rejection.ts'

/** All money there may ever be: what 16 bytes hold, with room for sums that are added up before they are compared. */
const ISSUED_MAX: Picodollars = 1n << 120n

/** New money: all that the issuer can do. */
export function issueMoney(
  draft: Draft,
  issuer: AccountRecord,
  { to, amount }: Extract<Body, { type: 'issue' }>
): Rejection | null {
  if (!isIssuer(draft, issuer)) {
    return reject('NOT_ISSUER', `${issuer.name} is not the issuer that the genesis names`)
  }
  if (amount === 0n || draft.issued + amount > ISSUED_MAX) {
    return reject('AMOUNT_MALFORMED', `${formatDollars(amount)} dollars cannot be issued`)
  }
  const account = draft.account(to)
  if (account === undefined) return reject('ACCOUNT_UNKNOWN', `no account has the id ${to}`)
  draft.issue(amount)
  noteIssue(draft, to, amount)
  draft.putAccount({ ...account, balance: account.balance + amount })
  return null
}
