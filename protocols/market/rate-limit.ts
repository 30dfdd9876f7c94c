/**
 * A token bucket: `burst` at once, then `perSecond`. Pure; the caller keeps one bucket a peer and forgets
 * those that are full, which are as good as new.
 */
export interface RateLimit {
  readonly burst: number
  readonly perSecond: number
}

/**
 * Announcements from one neighbour. With every offer re-announced each 4 minutes, 50 a second are the
 * neighbour's share of 12,000 offers; the burst lets a neighbour that has just joined catch up.
 */
export const ANNOUNCEMENT_RATE: RateLimit = { burst: 500, perSecond: 50 }

/** Requests of one peer on `market`: a snapshot of 64,000 offers is 1,000 pages. */
export const REQUEST_RATE: RateLimit = { burst: 1_000, perSecond: 20 }

export interface TokenBucket {
  readonly tokens: number
  readonly atMs: number
}

export function fullBucket(limit: RateLimit, nowMs: number): TokenBucket {
  return { tokens: limit.burst, atMs: nowMs }
}

/** One token out of the bucket, if there is one. A clock that goes back earns nothing. */
export function takeToken(
  bucket: TokenBucket,
  limit: RateLimit,
  nowMs: number
): { readonly bucket: TokenBucket; readonly allowed: boolean } {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs)
  const earned = bucket.tokens + (elapsedMs * limit.perSecond) / 1_000
  const tokens = Math.min(limit.burst, earned)
  const atMs = Math.max(nowMs, bucket.atMs)
  if (tokens < 1) return { bucket: { tokens, atMs }, allowed: false }
  return { bucket: { tokens: tokens - 1, atMs }, allowed: true }
}
