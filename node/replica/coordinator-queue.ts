import type { PublicKey } from '../../ledger/index.ts'

/** In which order coordinators are asked. */
export interface CoordinatorQueue {
  readonly length: number
  /** So many turns for one delivery, beginning where the last delivery did not. */
  rounds(turns: number): readonly PublicKey[]
  /** Whether it answered at all. */
  note(key: PublicKey, heard: boolean): void
}

/** A coordinator that was silent gets another chance after so many deliveries: it costs seconds if it is still away. */
export const SILENT_FOR_DELIVERIES = 32

/**
 * Everybody in turn, those first who are likely to answer: a dead one costs seconds. So one that was silent stands
 * behind one that is not connected, and that one behind all others.
 */
export function createCoordinatorQueue(
  keys: readonly PublicKey[],
  isConnected: (key: PublicKey) => boolean
): CoordinatorQueue {
  const silentUntil = new Map<PublicKey, number>()
  let deliveries = 0
  const doubt = (key: PublicKey): number => {
    if ((silentUntil.get(key) ?? 0) > deliveries) return 2
    return isConnected(key) ? 0 : 1
  }
  return {
    length: keys.length,
    rounds(turns) {
      if (keys.length === 0) return []
      const first = deliveries++ % keys.length
      const turned = [...keys.slice(first), ...keys.slice(0, first)]
      const order = turned
        .map(key => ({ key, doubt: doubt(key) }))
        .sort((a, b) => a.doubt - b.doubt)
        .map(({ key }) => key)
      return Array.from({ length: turns }, (_, turn) => order[turn % order.length] ?? '')
    },
    note(key, heard) {
      if (heard) silentUntil.delete(key)
      else silentUntil.set(key, deliveries + SILENT_FOR_DELIVERIES)
    }
  }
}
