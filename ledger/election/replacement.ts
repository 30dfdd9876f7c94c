/** A member that has to go before its term is over: caught at a contradiction, or silent for long. */
import type { Elected, Member, PublicKey } from '../records/index.ts'
import type { Draft, StateReader } from '../state/index.ts'

/** Blocks until a set without it takes over: enough for all to see what is coming. */
export const REPLACE_BLOCKS = 20

/**
 * The first runner-up who still stands takes the place, and the epoch of a member ends soon. Where there is no
 * runner-up the member keeps its seat: a set of three bears no liar at all, one of four bears the one who is known.
 */
export function replaceMember(draft: Draft, key: PublicKey): void {
  const { epoch } = draft
  const next: Elected = epoch.elected ?? epoch
  const serves = has(epoch.members, key)
  if (!serves && !has(next.members, key)) return
  const elected = has(next.members, key) ? without(draft, next, key) : next
  if (elected === null) return
  const { members, runnersUp } = elected
  const soon = draft.height + REPLACE_BLOCKS
  const endHeight = serves ? Math.min(epoch.endHeight ?? soon, soon) : epoch.endHeight
  draft.putEpoch({ ...epoch, elected: { members, runnersUp }, endHeight })
}

/** null if nobody is there to take the place. */
function without(
  state: StateReader,
  { members, runnersUp }: Elected,
  key: PublicKey
): Elected | null {
  const taker = runnersUp.find(
    each => state.candidateWithKey(each.key)?.status === 'standing' && !has(members, each.key)
  )
  if (taker === undefined) return null
  return {
    members: members.map(member => (member.key === key ? taker : member)),
    runnersUp: runnersUp.filter(each => each.key !== taker.key && each.key !== key)
  }
}

function has(members: readonly Member[], key: PublicKey): boolean {
  return members.some(member => member.key === key)
}
