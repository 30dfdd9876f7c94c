import type { Uuid } from '../../ledger/index.ts'

/** An older version of a machine, kept after it moved away: the base of a delta should it come back. */
export interface CachedCopy {
  readonly machine: Uuid
  /** null: its bytes are not known to be a version that the ledger knew. */
  readonly version: number | null
  /** Disk space that its removal frees. */
  readonly bytes: number
  /** How many versions the ledger is ahead; of an unknown version, of all. */
  readonly behind: number
  /** When it moved away, by the ledger's time; 0 when that is not known. */
  readonly sinceMs: number
  /** A move of the machine is under way or not settled yet, or the ledger retains this copy for its owner. */
  readonly needed: boolean
}

/**
 * What has to go so that the rest is within the quota, the least useful first: what cannot be a base as it is, then what
 * is most versions behind (little of it is still the same), then what left longest ago, then the largest. A copy that is
 * needed neither goes nor counts: its room is its own.
 */
export function evictionsFor(
  copies: readonly CachedCopy[],
  quotaBytes: number
): readonly CachedCopy[] {
  const free = leastUsefulFirst(copies)
  let bytes = bytesOf(free)
  const evicted: CachedCopy[] = []
  for (const copy of free) {
    if (bytes <= quotaBytes) break
    evicted.push(copy)
    bytes -= copy.bytes
  }
  return evicted
}

export function bytesOf(copies: readonly CachedCopy[]): number {
  return copies.reduce((sum, copy) => sum + copy.bytes, 0)
}

/** Those that are not needed. */
function leastUsefulFirst(copies: readonly CachedCopy[]): readonly CachedCopy[] {
  return copies
    .filter(copy => !copy.needed)
    .sort(
      (a, b) =>
        Number(a.version !== null) - Number(b.version !== null) ||
        b.behind - a.behind ||
        a.sinceMs - b.sinceMs ||
        b.bytes - a.bytes
    )
}
