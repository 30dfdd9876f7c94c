/** The fees of an epoch are its members', in equal parts; what does not divide goes over to the next epoch. */
import type { Picodollars, PublicKey } from '../records/index.ts'
import type { Draft, StateReader } from '../state/index.ts'

/** All that a coordinator has earned by now, collected or not. */
export function feesEarned(state: StateReader, coordinator: PublicKey): Picodollars {
  const { members } = state.epoch
  const earned = state.earnedBy(coordinator)
  return members.some(({ key }) => key === coordinator) ? earned + partOf(state) : earned
}

/** Of each member in the present epoch so far. */
function partOf({ fees, epoch }: StateReader): Picodollars {
  return (fees - epoch.feesBefore) / BigInt(epoch.members.length)
}

/** At the end of an epoch. Gives what was paid before the next one. */
export function settleFees(draft: Draft): Picodollars {
  const part = partOf(draft)
  const { members, feesBefore } = draft.epoch
  if (part === 0n) return feesBefore
  for (const { key } of members) draft.earnFees(key, part)
  return feesBefore + part * BigInt(members.length)
}
