import type { Draft, Due, StateReader, Turn } from '../state/index.ts'
import { saveMachine } from './clocks.ts'
import { undoMigration } from './escrow.ts'
import { letCopyGo } from './retention.ts'
import { chargeRunning } from './running.ts'
import { chargeStorage } from './storage.ts'

/**
 * Brings about all that is due up to and including the draft's time, in (time, machine, kind) order, before a
 * block's transactions. Each due acts as of its own time, so that the outcome does not depend on how blocks are
 * cut, and sees only the alive records of earlier blocks.
 *
 * Where more than a lease lies between the parent and this block, the ledger stood still: every host that keeps
 * its lease had paused its machines, so the rest of the gap is no running time and nobody's silence.
 *
 * Ends: whatever a due schedules lies strictly later than itself, at least one running period of 60 s or one
 * retry of an hour, and block time is bounded by the voters' clocks.
 */
export function runDues(draft: Draft, parentTimeMs: number): void {
  const standsFromMs = parentTimeMs + draft.genesis.parameters.leaseMs
  if (draft.timeMs > standsFromMs) {
    runUntil(draft, standsFromMs)
    draft.standStill(draft.timeMs - standsFromMs)
  }
  runUntil(draft, draft.timeMs)
}

/** When the next due or running charge comes about, in block time, if the ledger goes on; undefined: none does. */
export function nextDueAtMs(state: StateReader): number | undefined {
  return nextIn(state)?.atMs
}

type Next = Due | { readonly atMs: number; readonly kind: 'running'; readonly turn: Turn }

function runUntil(draft: Draft, untilMs: number): void {
  for (let next = nextIn(draft); next !== undefined && next.atMs <= untilMs; next = nextIn(draft)) {
    runDue(draft, next)
  }
}

function nextIn(state: StateReader): Next | undefined {
  const due = state.nextDue()
  const [turn] = state.turns()
  if (turn === undefined) return due
  const running = { atMs: turn.uptimeMs + state.standstillMs, kind: 'running', turn } as const
  return due !== undefined && isBefore(due, running.atMs, turn.machine) ? due : running
}

/** Whether a due comes before the running charge of a machine: by time, then machine, then kind. */
function isBefore(due: Due, atMs: number, machine: string): boolean {
  if (due.atMs !== atMs) return due.atMs < atMs
  if (due.machine !== machine) return due.machine < machine
  return due.kind < 'running'
}

function runDue(draft: Draft, next: Next): void {
  if (next.kind === 'running') {
    runTurn(draft, next.turn, next.atMs)
    return
  }
  const { kind, atMs } = next
  const machine = draft.machine(next.machine)
  switch (kind) {
    case 'storage':
      if (machine?.billing.storageDueMs !== atMs) break
      chargeStorage(draft, machine, atMs)
      return
    case 'retention':
      if (machine?.retained?.untilMs !== atMs) break
      saveMachine(draft, letCopyGo(draft, machine))
      return
    case 'migration': {
      const migration = draft.migration(next.machine)
      if (migration?.deadlineMs !== atMs) break
      undoMigration(draft, migration)
      return
    }
  }
  throw new Error(`a ${kind} due of ${next.machine} at ${atMs} ms belongs to no clock`)
}

function runTurn(draft: Draft, turn: Turn, atMs: number): void {
  const machine = draft.machine(turn.machine)
  const clockMs = machine?.billing.runningDueMs ?? null
  if (machine === undefined || clockMs === null) {
    throw new Error(`a turn of ${turn.machine} at an uptime of ${turn.uptimeMs} ms has no charge`)
  }
  chargeRunning(draft, machine, clockMs, atMs)
}
