import { setTimeout as delay } from 'node:timers/promises'
import { BlocksRefused } from '../../protocols/blocks/index.ts'
import { FrameError } from '../../protocols/framing/index.ts'
import type { Clock } from '../clock.ts'

/** An origin that restarts is back by then; longer, and the machine is better off where it was. */
export const ORIGIN_PATIENCE_MS: number = 60_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

export interface Persistence {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told each time before it is tried again. */
  readonly lost: (why: string) => void
}

/**
 * Does some work with the origin again and again until it succeeds, fails for a reason that another try would not
 * mend, or nothing has come of it for `ORIGIN_PATIENCE_MS`.
 */
export async function persistently<T>(
  work: () => Promise<T>,
  { clock, signal, lost }: Persistence
): Promise<T> {
  let pauseMs = FIRST_PAUSE_MS
  let sinceMs = clock.nowMs()
  for (;;) {
    const beganMs = clock.nowMs()
    try {
      return await work()
    } catch (error) {
      if (signal.aborted || !isLoss(error)) throw error
      // A line that held for some seconds did some work: the patience begins anew.
      if (clock.nowMs() - beganMs > LONGEST_PAUSE_MS) {
        sinceMs = clock.nowMs()
        pauseMs = FIRST_PAUSE_MS
      }
      if (clock.nowMs() - sinceMs >= ORIGIN_PATIENCE_MS) throw error
      lost(error instanceof Error ? error.message : String(error))
    }
    await delay(pauseMs, undefined, { signal })
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
}

/** The origin could not be dialled. */
export class LineLost extends Error {
  override readonly name: string = 'LineLost'
}

/** Whether the line is to blame. What an origin refuses or says wrongly, and what fails here, would fail again. */
function isLoss(error: unknown): boolean {
  if (error instanceof BlocksRefused) return error.refusal.code === 'BUSY'
  if (error instanceof FrameError) return error.code !== 'MALFORMED' && error.code !== 'OVERSIZED'
  return error instanceof LineLost
}
