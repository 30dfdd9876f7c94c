import type { HostRecord, MachineRecord, Uuid } from '../../ledger/index.ts'
import type { ApiError, Input, Output } from '../api/index.ts'
import { OrderRefused, purgeCopy } from '../owner/index.ts'
import { BlocksNotHeld } from '../replica/index.ts'
import type { ServiceContext } from './context.ts'
import { mine } from './machines.ts'
import { hostFor } from './orders.ts'
import { readEach } from './read-each.ts'
import { refuse } from './refuse.ts'

/**
 * Older versions of a machine of ours are removed wherever they may lie: at every host that has held it and does not
 * now, or at one of them. All are asked; if one does not obey, the refusal says which did.
 */
export async function purge(
  context: ServiceContext,
  input: Input<'machine.purge'>
): Promise<Output<'machine.purge'>> {
  const machine = await mine(context, input.machine)
  const hosts = await hostsOf(context, machine, input.host)
  const asked = await Promise.all(hosts.map(host => ask(context, machine, host)))
  const failed = asked.filter(each => each.refusal !== null)
  const purged = asked.filter(each => each.refusal === null).map(({ host }) => host)
  if (failed.length === 0) return { machine: machine.uuid, purged }
  const where = failed.map(({ host, refusal }) => `${host.name} (${refusal?.message})`).join(', ')
  const others =
    purged.length === 0 ? '' : `; purged at ${purged.map(host => host.name).join(', ')}`
  const unreachable = failed.every(({ refusal }) => refusal?.code === 'UNREACHABLE')
  throw refuse(
    'NOT_PURGED',
    unreachable ? 'unreachable' : 'failed',
    `older versions of ${machine.configuration.name} were not removed at ${where}${others}`,
    'ask again when they can be reached: what was removed stays so'
  )
}

interface Asked {
  readonly host: { readonly uuid: Uuid; readonly name: string }
  readonly refusal: OrderRefused | null
}

async function ask(
  context: ServiceContext,
  machine: MachineRecord,
  host: HostRecord
): Promise<Asked> {
  const named = { uuid: host.uuid, name: host.name }
  try {
    await purgeCopy(context.owner, machine, host)
    return { host: named, refusal: null }
  } catch (error) {
    if (error instanceof OrderRefused) return { host: named, refusal: error }
    throw error
  }
}

/** Those that had a version and are not its holder; the one that is asked for need not have had any. */
async function hostsOf(
  context: ServiceContext,
  machine: MachineRecord,
  wanted: string | undefined
): Promise<readonly HostRecord[]> {
  if (wanted !== undefined) return [await hostFor(context, wanted)]
  const rows = await context.history.of(machine.uuid).catch((error: unknown) => {
    throw error instanceof BlocksNotHeld ? unknownPast(machine) : error
  })
  const holders = new Set(rows.map(({ holder }) => holder))
  const former = [...holders].filter(holder => holder !== null && holder !== machine.holder)
  return readEach(context.ledger, former, (state, holder) => state.host(holder ?? '')).then(hosts =>
    hosts.filter(host => host !== undefined)
  )
}

/** A node that began from a snapshot has not seen where its machines were. */
function unknownPast({ configuration: { name } }: MachineRecord): ApiError {
  return refuse(
    'BLOCKS_NOT_HELD',
    'failed',
    `this node began from a snapshot and does not know where ${name} was before`,
    `virtuoso machine purge ${name} --host HOST`
  )
}
