import { afterTransition, transition } from '../lifecycle/index.ts'
import type { MigrationRecord } from '../records/index.ts'
import type { Draft, Due } from '../state/index.ts'
import { freeUp } from './capacity.ts'
import { saveMachine } from './clocks.ts'
import { ESCROW, purseOf, transfer } from './transfer.ts'

export function deadlineOf(migration: MigrationRecord): Due {
  return { atMs: migration.deadlineMs, machine: migration.machine, kind: 'migration' }
}

/** Writes an open move and moves its due with its deadline. */
export function saveMigration(draft: Draft, migration: MigrationRecord): void {
  const before = draft.migration(migration.machine)
  if (before !== undefined) draft.unschedule(deadlineOf(before))
  draft.putMigration(migration)
  draft.schedule(deadlineOf(migration))
}

/** Removes a move with its due. The caller has said where the escrow goes. */
export function closeMigration(draft: Draft, migration: MigrationRecord): void {
  draft.unschedule(deadlineOf(migration))
  draft.removeMigration(migration.machine)
}

/**
 * Ends a move that does not take place, whoever ended it: the escrow goes back to the owner, the room at the
 * destination is free again, the machine has the state it had. Its dues at the origin went on all the while.
 */
export function undoMigration(draft: Draft, migration: MigrationRecord): void {
  const machine = draft.machine(migration.machine)
  const entry = machine === undefined ? undefined : transition(machine.state, 'abort')
  if (machine === undefined || entry === undefined) {
    throw new Error(
      `the open move ${migration.id} is of a machine that is ${machine?.state ?? 'unknown'}`
    )
  }
  transfer(draft, ESCROW, purseOf(migration.owner), migration.escrow)
  freeUp(draft, migration.destination, machine.configuration)
  closeMigration(draft, migration)
  saveMachine(draft, { ...machine, ...afterTransition(machine, entry, migration.previousState) })
}
