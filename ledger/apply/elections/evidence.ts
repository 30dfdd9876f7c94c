import { replaceMember, slash } from '../../election/index.ts'
import type { AccountRecord, Evidence, Rejection } from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { contradicts } from '../../statements/index.ts'
import { reject } from '../rejection.ts'
import type { StatementChecks } from '../statement-checks.ts'

/**
 * A coordinator that contradicted itself is barred and replaced, and its bond taken: half of it is the reporter's, half
 * nobody's. Those of the genesis have no bond. A key counts as long as its bond is locked up, whatever the epoch.
 */
export function takeEvidence(
  draft: Draft,
  reporter: AccountRecord,
  { first, second }: Evidence,
  statements: StatementChecks
): Rejection | null {
  const { signer: key } = first.vote
  if (key !== second.vote.signer || !contradicts(first.subject, second.subject)) {
    return reject('EVIDENCE_MALFORMED', 'an honest coordinator may have signed both votes')
  }
  if (draft.isBarred(key)) return reject('CANDIDATE_BARRED', `the key ${key} is barred already`)
  const candidate = draft.candidateWithKey(key)
  const isMember = draft.epoch.members.some(member => member.key === key)
  if (candidate === undefined && !isMember) {
    return reject('EVIDENCE_STRANGER', `${key} is the key of no coordinator or candidate`)
  }
  if (!statements.voteIsSigned(first) || !statements.voteIsSigned(second)) {
    return reject('EVIDENCE_FORGED', `the key ${key} did not sign both votes`)
  }
  draft.bar(key)
  if (candidate !== undefined) slash(draft, candidate, reporter.id)
  replaceMember(draft, key)
  return null
}
