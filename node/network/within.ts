/**
 * Does `work` with a signal that aborts after `ms` milliseconds, or as soon as `outer` does; rejects with whatever
 * `work` makes of that. `AbortSignal.any` over an `AbortSignal.timeout` would be shorter, and in Node 20 holds the
 * timeout so weakly that a garbage collection makes it last for ever.
 */
export async function within<T>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const limit = new AbortController()
  const follow = (): void => limit.abort(outer?.reason)
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${ms} ms`)), ms)
  outer?.addEventListener('abort', follow)
  if (outer?.aborted === true) follow()
  try {
    return await work(limit.signal)
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', follow)
  }
}
