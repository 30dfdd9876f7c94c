import type { MachineRecord, MigrationRecord } from '../records/index.ts'
import type { StateReader } from '../state/index.ts'
import { holds, type Invariant } from './invariant.ts'

/** Each machine carries what its state calls for, and one host holds it: that of its contract. */
export function statesAreWhole(state: StateReader): Invariant {
  const wrong: string[] = []
  let count = 0
  for (const machine of state.machines()) {
    count += 1
    const fault =
      machine.state === 'registered' ? faultAtRest(machine) : faultWhenHeld(state, machine)
    if (fault !== null) wrong.push(`${machine.uuid} (${machine.state}) ${fault}`)
  }
  return holds('one holder per machine', wrong, `${count} machines`)
}

export function movesAreOpen(state: StateReader): Invariant {
  const wrong: string[] = []
  let count = 0
  for (const machine of state.machines()) {
    if (machine.state === 'migrating' && state.migration(machine.uuid) === undefined) {
      wrong.push(`${machine.uuid} is migrating without an open move`)
    }
  }
  for (const migration of state.migrations()) {
    count += 1
    const fault = faultOfMove(migration, state.machine(migration.machine))
    if (fault !== null) wrong.push(`the move ${migration.id} ${fault}`)
  }
  return holds('migrating = an open move', wrong, `${count} open moves`)
}

function faultAtRest(machine: MachineRecord): string | null {
  const { holder, contract, root, sealed, retained, noticeAtMs, billing } = machine
  if (holder !== null || contract !== null || root !== null) return 'has a holder, contract or root'
  if (sealed !== null || retained !== null) return 'is sealed or has a copy'
  if (noticeAtMs !== null) return 'is under notice of nobody'
  if (billing.storageDueMs !== null || billing.runningDueMs !== null) return 'is being charged'
  return null
}

function faultWhenHeld(state: StateReader, machine: MachineRecord): string | null {
  const { version, holder, contract, root, sealed, retained, billing } = machine
  if (version < 1) return `has version ${version}`
  if (contract === null || root === null || sealed === null) return 'lacks a contract or a root'
  if (sealed.version > version) return `is sealed at version ${sealed.version}`
  if (retained !== null && state.host(retained.host) === undefined) return 'has a copy nowhere'
  if (retained?.host === holder) return 'has its copy with its holder'
  if (holder !== contract.host) return `is held by ${holder} under a contract of ${contract.host}`
  if (state.host(contract.host) === undefined) return `is held by the unknown host ${holder}`
  if (billing.storageDueMs === null) return 'is stored and not charged'
  const runs = billing.runningDueMs !== null
  const halted = billing.halt !== null
  if (machine.state !== 'started') return runs || halted ? 'is charged for running' : null
  return runs === halted ? 'is neither charged for running nor halted, or both' : null
}

function faultOfMove(
  migration: MigrationRecord,
  machine: MachineRecord | undefined
): string | null {
  if (machine?.state !== 'migrating')
    return `is of a machine that is ${machine?.state ?? 'unknown'}`
  if (machine.holder !== migration.origin) return `leaves ${migration.origin}, not the holder`
  if (machine.version !== migration.version) return `is of version ${migration.version}`
  if (machine.owner !== migration.owner) return `is of ${migration.owner}, not the owner`
  if (migration.destination === migration.origin) return 'goes nowhere'
  if (migration.deadlineMs > migration.hardLimitMs) return 'outlives its hard limit'
  return null
}
