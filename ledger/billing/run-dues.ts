import type { Draft, Due } from '../state/index.ts'
import { undoMigration } from './escrow.ts'
import { chargeRunning } from './running.ts'
import { chargeStorage } from './storage.ts'

/**
 * Brings about all that is due up to and including `untilMs`, in (time, machine, kind) order, before a block's
 * transactions. Each due acts as of its own time, so that the outcome does not depend on how blocks are cut.
 *
 * Ends: whatever a due schedules lies strictly later than itself, at least one running period of 60 s or one
 * retry of an hour, and block time is bounded by the voters' clocks.
 */
export function runDues(draft: Draft, untilMs: number): void {
  for (let due = draft.nextDue(); due !== undefined && due.atMs <= untilMs; due = draft.nextDue()) {
    runDue(draft, due)
  }
}

function runDue(draft: Draft, due: Due): void {
  const machine = draft.machine(due.machine)
  switch (due.kind) {
    case 'storage':
      if (machine?.billing.storageDueMs !== due.atMs) break
      chargeStorage(draft, machine, due.atMs)
      return
    case 'running':
      if (machine?.billing.runningDueMs !== due.atMs) break
      chargeRunning(draft, machine, due.atMs)
      return
    case 'migration': {
      const migration = draft.migration(due.machine)
      if (migration?.deadlineMs !== due.atMs) break
      undoMigration(draft, migration)
      return
    }
  }
  throw new Error(`a ${due.kind} due of ${due.machine} at ${due.atMs} ms belongs to no clock`)
}
