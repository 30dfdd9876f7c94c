import type { CachedCopyView, Input, Output } from '../api/index.ts'
import type { CachedCopies } from '../host/index.ts'
import { requireKind, type ServiceContext } from './context.ts'
import { findByName } from './names.ts'
import { refuse } from './refuse.ts'

export async function listCached(context: ServiceContext): Promise<Output<'host.cached'>> {
  const cached = await requireCached(context)
  return { quotaBytes: cached.quotaBytes, copies: await copiesOf(context, cached) }
}

export async function dropCached(
  context: ServiceContext,
  input: Input<'host.drop-cached'>
): Promise<Output<'host.drop-cached'>> {
  const cached = await requireCached(context)
  const copies = (await copiesOf(context, cached)).map(copy => ({ ...copy, uuid: copy.machine }))
  const command = 'virtuoso host cached'
  const copy = findByName('older version', input.machine, copies, each => each.name, command)
  const outcome = await cached.evict(copy.machine)
  if (outcome === 'needed') {
    throw refuse(
      'COPY_NEEDED',
      'failed',
      `the copy of ${copy.name} is needed: it is being moved, or its owner may still claim this version`,
      'it goes by itself, when it is not needed any more and the space is'
    )
  }
  return { machine: copy.machine, freedBytes: outcome === 'evicted' ? copy.bytes : 0 }
}

async function requireCached(context: ServiceContext): Promise<CachedCopies> {
  await requireKind(context, 'provider')
  const cached = context.host.cached()
  if (cached !== null) return cached
  throw refuse(
    'HOST_NOT_SERVED',
    'failed',
    'this node serves no host yet; one that has just started takes some seconds',
    'virtuoso host add'
  )
}

async function copiesOf(
  { ledger }: ServiceContext,
  cached: CachedCopies
): Promise<CachedCopyView[]> {
  const copies = await cached.list()
  const machines = await ledger.read(state => copies.map(({ machine }) => state.machine(machine)))
  return copies.map(({ machine, version, bytes, sinceMs, needed }, at) => ({
    machine,
    name: machines[at]?.configuration.name ?? machine,
    version,
    bytes,
    sinceMs: sinceMs === 0 ? null : sinceMs,
    needed
  }))
}
