import type { Member } from '../records/index.ts'
import type { Tip } from './tip.ts'

/** Who may certify the block after this one, in leading order: those of the next epoch after an epoch's last block. */
export function membersOf({ state }: Tip): readonly Member[] {
  return state.epoch.members
}

/** Whether two headers, or a header and a state, name the same set. */
export function isSameSet(one: readonly Member[] | null, other: readonly Member[] | null): boolean {
  if (one === null || other === null) return one === other
  if (one.length !== other.length) return false
  return one.every(({ name, key }, at) => name === other[at]?.name && key === other[at]?.key)
}
