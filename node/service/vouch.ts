import type { Input, Output } from '../api/index.ts'
import { OrderRefused, vouchForMove } from '../owner/index.ts'
import type { ServiceContext } from './context.ts'
import { mineIn } from './machines.ts'
import { refuse, refuseByCode } from './refuse.ts'

/**
 * The owner says in place of an origin that withholds its receipt that its machine lies at the destination. Whether it
 * has arrived is the ledger's to say: the move goes on.
 */
export async function vouch(
  context: ServiceContext,
  input: Input<'machine.vouch'>
): Promise<Output<'machine.vouch'>> {
  const { machine, migration, destination } = await context.ledger.read(state => {
    const found = mineIn(state, context, input.machine)
    const open = state.migration(found.uuid)
    return { machine: found, migration: open, destination: state.host(open?.destination ?? '') }
  })
  if (migration === undefined || destination === undefined) {
    const message = `${machine.configuration.name} has no move under way`
    throw refuse('MIGRATION_UNKNOWN', 'not-found', message)
  }
  await vouchForMove(context.owner, migration, destination).catch((error: unknown) => {
    if (error instanceof OrderRefused) throw refuseByCode(error.code, error.message)
    throw error
  })
  const { uuid, name } = destination
  return { machine: machine.uuid, destination: { uuid, name } }
}
