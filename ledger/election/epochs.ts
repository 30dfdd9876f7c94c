/**
 * When an epoch ends and who comes next. Decided at the end of each block, by what is in the state alone.
 *
 *               enough blocks, or enough time: votes are counted        tallyBlocks later
 *     ┌─────────┐ ───────────────────────────────> ┌─────────────────┐ ──────────────────> the last block names
 *     │ running │                                  │ successor known │                     the next set, and its
 *     └─────────┘ ───────────────────────────────> └─────────────────┘ ──────────────────> epoch is running
 *               a member has to go (`replacement.ts`)                   replaceBlocks later
 */
import type { Elected, ElectionParameters, EpochRecord, Member } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { countAttendance } from './attendance.ts'
import { releaseBonds } from './bonds.ts'
import { settleFees } from './fees.ts'
import { HELD_MAX, tallyVotes } from './tally.ts'

/**
 * The last thing a block does; `parentVotes` is its header's. Gives the members of the next epoch where the block is
 * the last of its own.
 */
export function endBlock(draft: Draft, parentVotes: number): readonly Member[] | null {
  const { election } = draft.genesis.parameters
  if (draft.height === 1) draft.putEpoch(draft.epoch)
  if (election === null) return null
  countAttendance(draft, parentVotes, election)
  const { epoch } = draft
  if (epoch.elected === null && isTallyDue(draft, epoch, election)) {
    draft.putEpoch(tallied(draft, epoch, election))
  }
  return draft.epoch.endHeight === draft.height ? beginNext(draft) : null
}

function isTallyDue(
  { height, timeMs }: Draft,
  { startHeight, startMs }: EpochRecord,
  { epochBlocks, epochMs, tallyBlocks }: ElectionParameters
): boolean {
  return height >= startHeight + epochBlocks - tallyBlocks || timeMs >= startMs + epochMs
}

/**
 * Too few votes, or none for anybody who stands: the set stays on. A count in which nobody was chosen says nothing about
 * how many care, or the crumbs of the first who votes after some quiet epochs would be enough.
 */
function tallied(draft: Draft, epoch: EpochRecord, election: ElectionParameters): EpochRecord {
  const { elected, isEnough } = tallyVotes(draft, election)
  const endHeight = draft.height + election.tallyBlocks
  if (elected !== null && (isEnough || epoch.held >= HELD_MAX)) {
    return { ...epoch, endHeight, elected, held: 0 }
  }
  const { members, runnersUp } = epoch
  const held = elected === null ? 0 : epoch.held + 1
  return { ...epoch, endHeight, elected: { members, runnersUp }, held }
}

function beginNext(draft: Draft): readonly Member[] {
  const { epoch } = draft
  const feesBefore = settleFees(draft)
  releaseBonds(draft)
  const { members, runnersUp }: Elected = epoch.elected ?? epoch
  draft.putAttendance({ views: 0, signed: members.map(() => 0) })
  draft.putEpoch({
    epoch: epoch.epoch + 1,
    members,
    runnersUp,
    startHeight: draft.height,
    startMs: draft.timeMs,
    endHeight: null,
    elected: null,
    held: epoch.held,
    feesBefore,
    issuedBefore: draft.issued,
    issuedLongBefore: epoch.issuedBefore
  })
  return members
}
