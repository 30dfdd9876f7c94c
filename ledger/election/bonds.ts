/** What candidates lock up, and when they have it back. */
import { BONDS, BURNED, purseOf, transfer } from '../billing/index.ts'
import type { AccountId, CandidateRecord } from '../records/index.ts'
import type { Draft } from '../state/index.ts'

/** Epochs after the last one that it served in for which a coordinator can still be held to what it signed. */
export const BOND_EPOCHS = 2

/** At the end of an epoch: its members have served in it, and whoever withdrew long enough ago has the bond back. */
export function releaseBonds(draft: Draft): void {
  const { epoch, members } = draft.epoch
  for (const { key } of members) {
    const candidate = draft.candidateWithKey(key)
    if (candidate !== undefined) draft.putCandidate({ ...candidate, served: epoch })
  }
  for (const candidate of draft.candidates()) {
    const { status, served } = candidate
    if (status !== 'withdrawn' || isElected(draft, candidate)) continue
    if (served === null || epoch >= served + BOND_EPOCHS) giveBack(draft, candidate)
  }
}

/** The candidate is one no longer, and has its bond back. */
export function giveBack(draft: Draft, { account, bond }: CandidateRecord): void {
  draft.removeCandidate(account)
  transfer(draft, BONDS, purseOf(account), bond)
}

/** Whether it serves now, or will in the next epoch. */
export function isElected(draft: Draft, { key }: CandidateRecord): boolean {
  const { members, elected } = draft.epoch
  return [...members, ...(elected?.members ?? [])].some(member => member.key === key)
}

/** Takes the bond of a guilty candidate, which is barred: half to whoever told of it, half to nobody. */
export function slash(draft: Draft, candidate: CandidateRecord, reporter: AccountId): void {
  const { bond } = candidate
  const reward = bond / 2n
  draft.putCandidate({ ...candidate, bond: 0n, status: 'barred' })
  transfer(draft, BONDS, purseOf(reporter), reward)
  transfer(draft, BONDS, BURNED, bond - reward)
}
