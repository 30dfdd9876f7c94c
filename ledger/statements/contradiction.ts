import type { VoteSubject } from '../records/index.ts'

/** What an honest member has not signed beside `signed`. */
export function contradicts(a: VoteSubject, b: VoteSubject): boolean {
  if (a.epoch !== b.epoch || a.view !== b.view) return false
  if (a.kind === b.kind) return a.block !== b.block
  return [a.kind, b.kind].sort().join() === 'finalize,nullify'
}
