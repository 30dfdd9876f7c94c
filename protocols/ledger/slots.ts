import type { LedgerRefusal } from './messages.ts'
import { CHUNKS_MAX, CHUNKS_PER_PEER_MAX } from './snapshot-messages.ts'

/**
 * Follow streams served to one peer at a time. One is what a peer needs; a second covers the moment in which
 * it has reconnected and the old stream has not yet been noticed as dead.
 */
export const FOLLOWS_PER_PEER_MAX = 2

/** How much of one kind is done at once, for one peer and for all. */
export interface Slots {
  /** Gives back the slot, or undefined when the peer has all of its own or all are taken. */
  take(peer: string): (() => void) | undefined
  /** What a peer is told that finds none. */
  readonly refusal: LedgerRefusal
}

export interface LedgerSlots {
  readonly follows: Slots
  readonly chunks: Slots
}

export function ledgerSlots(followsPerPeerMax: number = FOLLOWS_PER_PEER_MAX): LedgerSlots {
  return {
    follows: slots(followsPerPeerMax, Number.POSITIVE_INFINITY, {
      code: 'TOO_MANY_FOLLOWS',
      message: 'this peer already follows on as many streams as are served to one'
    }),
    chunks: slots(CHUNKS_PER_PEER_MAX, CHUNKS_MAX, {
      code: 'SNAPSHOT_BUSY',
      message: `as many chunks are under way as are sent at once, ${CHUNKS_PER_PEER_MAX} to one peer and ${CHUNKS_MAX} in all`
    })
  }
}

function slots(perPeerMax: number, inAllMax: number, refusal: LedgerRefusal): Slots {
  const taken = new Map<string, number>()
  let inAll = 0
  return {
    refusal,
    take(peer) {
      const before = taken.get(peer) ?? 0
      if (before >= perPeerMax || inAll >= inAllMax) return undefined
      taken.set(peer, before + 1)
      inAll += 1
      let held = true
      return () => {
        if (!held) return
        held = false
        inAll -= 1
        const now = (taken.get(peer) ?? 1) - 1
        if (now === 0) taken.delete(peer)
        else taken.set(peer, now)
      }
    }
  }
}
