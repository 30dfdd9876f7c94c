import { FEES, purseOf, transfer } from '../billing/index.ts'
import { noteIssue } from '../election/index.ts'
import type { AccountId, Body, Rejection } from '../records/index.ts'
import type { Draft, StateReader } from '../state/index.ts'
import { grantOf } from './fees.ts'
import { reject } from './rejection.ts'
import { isAccountName } from './shapes.ts'
import type { StatementChecks } from './statement-checks.ts'

type OpenAccount = Extract<Body, { type: 'open-account' }>

/**
 * An account that is not open has no nonce and no money, so a refused opening would cost nothing and could be
 * sent for ever: it is admitted only if its rule will pass.
 */
export function checkOpening(
  state: StateReader,
  id: AccountId,
  { name }: OpenAccount
): Rejection | null {
  if (state.account(id) !== undefined) return null
  if (!isAccountName(name)) {
    return reject('NAME_MALFORMED', 'a user name has 3 to 32 of the characters a-z A-Z 0-9 . _ -')
  }
  const holder = state.accountNamed(name)
  if (holder !== undefined) {
    return reject('NAME_TAKEN', `the user name ${holder.name} is taken: choose another`)
  }
  return null
}

/** A person's first transaction. Only a development network gives money for it. */
export function openAccount(
  draft: Draft,
  id: AccountId,
  body: OpenAccount,
  statements: StatementChecks
): Rejection | null {
  const { name, kind, key } = body
  if (draft.account(id) !== undefined) {
    return reject('ACCOUNT_EXISTS', `account ${id} is open already`)
  }
  if (statements.accountIdOf(key) !== id) {
    return reject('INVALID_SIGNER', `the id ${id} is not that of the key ${key}`)
  }
  const grant = grantOf(draft)
  draft.issue(grant)
  noteIssue(draft, id, grant)
  draft.putAccount({ id, name, kind, key, balance: grant, nonce: 1 })
  if (!transfer(draft, purseOf(id), FEES, draft.genesis.parameters.openFee)) {
    throw new Error(`account ${id} was admitted without the money for its opening`)
  }
  return null
}
