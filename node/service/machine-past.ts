import type { Input, MigrationStatusView, Output } from '../api/index.ts'
import type { ServiceContext } from './context.ts'
import { mine } from './machines.ts'

/** Every version of a machine with its content, holder and time; open to everybody who knows the UUID. */
export async function machineHistory(
  context: ServiceContext,
  input: Input<'machine.history'>
): Promise<Output<'machine.history'>> {
  const state = context.replica.state()
  const machine = state.machine(input.machine) ?? mine(context, input.machine)
  const rows = await context.history.of(machine.uuid)
  return {
    machine: machine.uuid,
    name: machine.configuration.name,
    versions: rows.map(({ version, state: was, root, holder, height, atMs }) => ({
      version,
      state: was,
      root,
      holder: holder === null ? null : { uuid: holder, name: state.host(holder)?.name ?? holder },
      height,
      atMs
    }))
  }
}

/** The 2004 text's `migrationstatus`: what the ledger says of the move, and how far its bytes are. */
export function migrationStatus(
  context: ServiceContext,
  input: Input<'machine.migration-status'>
): MigrationStatusView {
  const machine = mine(context, input.machine)
  const state = context.replica.state()
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
