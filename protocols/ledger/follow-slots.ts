/**
 * Follow streams served to one peer at a time. One is what a peer needs; a second covers the moment in which
 * it has reconnected and the old stream has not yet been noticed as dead.
 */
export const FOLLOWS_PER_PEER_MAX = 2

export interface FollowSlots {
  /** Gives back the slot, or undefined when the peer has all of its own. */
  take(peer: string): (() => void) | undefined
}

export function followSlots(perPeerMax: number = FOLLOWS_PER_PEER_MAX): FollowSlots {
  const taken = new Map<string, number>()
  return {
    take(peer) {
      const before = taken.get(peer) ?? 0
      if (before >= perPeerMax) return undefined
      taken.set(peer, before + 1)
      let held = true
      return () => {
        if (!held) return
        held = false
        const now = (taken.get(peer) ?? 1) - 1
        if (now === 0) taken.delete(peer)
        else taken.set(peer, now)
      }
    }
  }
}
