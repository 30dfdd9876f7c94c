import { BONDS, purseOf, transfer } from '../../billing/index.ts'
import { giveBack, isElected } from '../../election/index.ts'
import { formatDollars } from '../../money/index.ts'
import type { AccountRecord, Body, CandidateRecord, Rejection } from '../../records/index.ts'
import type { Draft } from '../../state/index.ts'
import { reject } from '../rejection.ts'
import type { StatementChecks } from '../statement-checks.ts'

type Stand = Extract<Body, { type: 'stand' }>

/** A first candidacy locks the bond up; who stood before, and has its bond here still, needs no second one. */
export function stand(
  draft: Draft,
  account: AccountRecord,
  nonce: number,
  body: Stand,
  statements: StatementChecks
): Rejection | null {
  const { key, addresses, proof } = body
  const known = draft.candidate(account.id)
  const wrong = checkKey(draft, account, known, key)
  if (wrong !== null) return wrong
  if (!statements.candidateProofIsBy(account.id, nonce, key, proof)) {
    return reject('CANDIDATE_FORGED', `the key ${key} did not sign for account ${account.name}`)
  }
  if (known !== undefined) {
    draft.putCandidate({ ...known, addresses, status: 'standing' })
    return null
  }
  const bond = draft.genesis.parameters.election?.bond ?? 0n
  if (!transfer(draft, purseOf(account.id), BONDS, bond)) {
    return reject(
      'BOND_MISSING',
      `a candidate locks ${formatDollars(bond)} dollars up, ${account.name} has ${formatDollars(account.balance)}`
    )
  }
  const { id, name } = account
  const status = 'standing'
  draft.putCandidate({ account: id, name, key, addresses, bond, status, served: null })
  return null
}

function checkKey(
  draft: Draft,
  { name, id }: AccountRecord,
  known: CandidateRecord | undefined,
  key: string
): Rejection | null {
  if (known?.status === 'barred' || draft.isBarred(key)) {
    return reject('CANDIDATE_BARRED', `${name} or its key has contradicted itself and is barred`)
  }
  if (known !== undefined && known.key !== key) {
    return reject(
      'CANDIDATE_KEY_FIXED',
      `${name} answers for the key ${known.key} as long as its bond is locked up: withdraw first`
    )
  }
  const other = draft.candidateWithKey(key)
  if (other === undefined || other.account === id) return null
  return reject('CANDIDATE_KEY_TAKEN', `${other.name} stands with the key ${key}`)
}

/** Whoever serves, or will, goes on to the end of the term; those who ever did answer for it with their bond. */
export function withdrawCandidacy(draft: Draft, account: AccountRecord): Rejection | null {
  const candidate = draft.candidate(account.id)
  if (candidate === undefined || candidate.status !== 'standing') {
    return reject('CANDIDATE_UNKNOWN', `${account.name} is no candidate`)
  }
  if (candidate.served === null && !isElected(draft, candidate)) giveBack(draft, candidate)
  else draft.putCandidate({ ...candidate, status: 'withdrawn' })
  return null
}
