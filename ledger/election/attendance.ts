/**
 * Long silence. A block says whose votes stood in its parent's certificate, which hold a quorum of them: over many
 * leaders whoever votes at all is in far more than a tenth.
 */
import type { ElectionParameters } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { replaceMember } from './replacement.ts'

/** A coordinator in fewer than one in so many certificates is silent. */
const SILENT_BELOW_ONE_IN = 10

/** Counts one certificate. After `silenceViews` of them the silent are replaced and the count begins anew. */
export function countAttendance(
  draft: Draft,
  parentVotes: number,
  { silenceViews }: ElectionParameters
): void {
  const { members } = draft.epoch
  // The first block of an epoch has a parent of other members.
  if (parentVotes === 0 || members.length === 1) return
  const views = draft.attendance.views + 1
  const signed = members.map((_, at) => {
    const before = draft.attendance.signed[at] ?? 0
    return (parentVotes & (1 << at)) === 0 ? before : before + 1
  })
  if (views < silenceViews) return draft.putAttendance({ views, signed })
  draft.putAttendance({ views: 0, signed: members.map(() => 0) })
  for (const [at, { key }] of members.entries()) {
    if ((signed[at] ?? 0) * SILENT_BELOW_ONE_IN < views) replaceMember(draft, key)
  }
}
