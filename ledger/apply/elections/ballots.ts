import { isIssuer } from '../../election/index.ts'
import type { AccountRecord, Body, Rejection } from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { reject } from '../rejection.ts'

/** A ballot may name only who stands now; names that withdraw later are passed over when votes are counted. */
export function castBallot(
  draft: Draft,
  account: AccountRecord,
  { candidates }: Extract<Body, { type: 'vote' }>
): Rejection | null {
  if (isIssuer(draft, account)) {
    return reject('BALLOT_ISSUER', `${account.name} issues the money and has no vote`)
  }
  if (new Set(candidates).size !== candidates.length) {
    return reject('BALLOT_MALFORMED', 'the ballot names a candidate twice')
  }
  const stranger = candidates.find(id => draft.candidate(id)?.status !== 'standing')
  if (stranger !== undefined) {
    const name = draft.account(stranger)?.name ?? stranger
    return reject('BALLOT_STRANGER', `${name} is no candidate`)
  }
  if (candidates.length === 0) draft.removeBallot(account.id)
  else draft.putBallot({ voter: account.id, candidates })
  return null
}
