/** 2004 text, 6.2.3: a guest that is still loading is asked again, at most so often, at most so long. */
export const SUSPEND_ATTEMPTS_MAX: number = 100
export const SUSPEND_PATIENCE_MS: number = 60_000

/** Between two attempts the guest runs on, to come out of what made it refuse. */
export const SUSPEND_PAUSE_MS: number = 500

export type SuspendStep = { readonly next: 'again' } | { readonly next: 'refuse' }

/** After `attempts` refused ones of which the first began `sinceMs` ago. */
export function afterRefusedSuspend(attempts: number, sinceMs: number): SuspendStep {
  const isOver =
    attempts >= SUSPEND_ATTEMPTS_MAX || sinceMs + SUSPEND_PAUSE_MS > SUSPEND_PATIENCE_MS
  return isOver ? { next: 'refuse' } : { next: 'again' }
}
