import type { AccountId, Body, Rejection } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { reject } from './rejection.ts'
import { isAccountName } from './shapes.ts'
import type { StatementChecks } from './statement-checks.ts'

/** A person's first transaction. Only a development network gives money for it. */
export function openAccount(
  draft: Draft,
  id: AccountId,
  body: Extract<Body, { type: 'open-account' }>,
  statements: StatementChecks
): Rejection | null {
  const { name, kind, key } = body
  if (draft.account(id) !== undefined) {
    return reject('ACCOUNT_EXISTS', `account ${id} is open already`)
  }
  if (statements.accountIdOf(key) !== id) {
    return reject('INVALID_SIGNER', `the id ${id} is not that of the key ${key}`)
  }
  if (!isAccountName(name)) {
    return reject('NAME_MALFORMED', 'a user name has 3 to 32 of the characters a-z A-Z 0-9 . _ -')
  }
  if (draft.accountNamed(name) !== undefined) {
    return reject('NAME_TAKEN', `the user name ${name} is taken: choose another`)
  }
  const grant = draft.genesis.dev ? draft.genesis.parameters.signupGrant : 0n
  draft.issue(grant)
  draft.putAccount({ id, name, kind, key, balance: grant, nonce: 1 })
  return null
}
