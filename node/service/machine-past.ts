import type { StateReader } from '../../ledger/index.ts'
import type { Input, MigrationStatusView, Output } from '../api/index.ts'
import type { VersionRow } from '../history/index.ts'
import type { ServiceContext } from './context.ts'
import { mineIn } from './machines.ts'

/** Every version of a machine with its content, holder and time; open to everybody who knows the UUID. */
export async function machineHistory(
  context: ServiceContext,
  input: Input<'machine.history'>
): Promise<Output<'machine.history'>> {
  const { ledger, history } = context
  const machine = await ledger.read(
    state => state.machine(input.machine) ?? mineIn(state, context, input.machine)
  )
  const rows = await history.of(machine.uuid)
  const nameOf = await ledger.read(state => hostNames(state, rows))
  return {
    machine: machine.uuid,
    name: machine.configuration.name,
    versions: rows.map(({ version, state: was, root, holder, height, atMs }) => ({
      version,
      state: was,
      root,
      holder: holder === null ? null : { uuid: holder, name: nameOf.get(holder) ?? holder },
      height,
      atMs
    }))
  }
}

/** The 2004 text's `migrationstatus`: what the ledger says of the move, and how far its bytes are. */
export function migrationStatus(
  context: ServiceContext,
  input: Input<'machine.migration-status'>
): Promise<MigrationStatusView> {
  return context.ledger.read(state => viewStatus(state, context, input.machine))
}

function hostNames(
  state: StateReader,
  rows: readonly VersionRow[]
): ReadonlyMap<string, string | undefined> {
  const held = rows.flatMap(({ holder }) => holder ?? [])
  return new Map(held.map(holder => [holder, state.host(holder)?.name]))
}

function viewStatus(
  state: StateReader,
  context: ServiceContext,
  wanted: string
): MigrationStatusView {
  const machine = mineIn(state, context, wanted)
  const migration = state.migration(machine.uuid)
  const nameOf = (host: string): string => state.host(host)?.name ?? host
  const moves = context.operations
    .list()
    .filter(({ kind, machine: of }) => kind === 'move' && of === machine.uuid)
    .sort((a, b) => b.startedAtMs - a.startedAtMs)
  return {
    machine: machine.uuid,
    name: machine.configuration.name,
    state: machine.state,
    version: machine.version,
    migration:
      migration === undefined
        ? null
        : {
            origin: nameOf(migration.origin),
            destination: nameOf(migration.destination),
            openedAtMs: migration.openedAtMs,
            deadlineMs: migration.deadlineMs
          },
    operation: moves[0] ?? null
  }
}
