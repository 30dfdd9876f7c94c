import { channel } from 'node:diagnostics_channel'
import type { Uuid } from '../../ledger/index.ts'

export interface MoveEffect {
  readonly role: 'requester' | 'destination' | 'origin'
  readonly effect: string
  readonly machine: Uuid
}

/**
 * Each effect of a move, just before it is carried out: a subscriber in this process may trace it. The crash tests end
 * the process there.
 */
export const MOVE_EFFECTS: string = 'virtuoso:move-effect'

const effects = channel(MOVE_EFFECTS)

export function announce(effect: MoveEffect): void {
  if (effects.hasSubscribers) effects.publish(effect)
}
