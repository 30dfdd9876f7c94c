import type { Alarms } from '../clock.ts'

/** Does `work` for at most `ms` milliseconds, and rejects then even if `work` does not hear its signal. */
export async function withinTime<T>(
  alarms: Alarms,
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const limit = new AbortController()
  const follow = (): void => limit.abort(outer?.reason)
  const callOff = alarms.after(ms, () => limit.abort(new Error(`no answer within ${ms} ms`)))
  outer?.addEventListener('abort', follow)
  if (outer?.aborted === true) follow()
  try {
    return await Promise.race([work(limit.signal), aborted(limit.signal)])
  } finally {
    callOff()
    outer?.removeEventListener('abort', follow)
  }
}

/** Resolves after `ms`, or as soon as the signal fires. */
export function pause(alarms: Alarms, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      callOff()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const callOff = alarms.after(ms, end)
    signal.addEventListener('abort', end)
  })
}

/** Rejects with the reason of the signal. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(reasonOf(signal))
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

export function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('aborted')
}
