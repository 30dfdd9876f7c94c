import type { HostRecord, MachineRecord } from '../../ledger/index.ts'
import { purgeRequest, requestPurge } from '../../protocols/order/index.ts'
import { OrderRefused, type OwnerOptions } from './orders.ts'

/** A host that is there answers within that; it removes files. */
const PURGE_MS = 30_000

/** Has a host remove what it keeps of a machine that it does not hold. Throws `OrderRefused`. */
export async function purgeCopy(
  { network, ledger, key, addressesOf }: OwnerOptions,
  machine: MachineRecord,
  host: HostRecord
): Promise<void> {
  const signal = AbortSignal.timeout(PURGE_MS)
  const request = { machine: machine.uuid, host: host.uuid, version: machine.version }
  const signed = purgeRequest.sign(ledger.context.network, request, machine.owner, key)
  const answer = await network
    .open('order', host.key, { addresses: addressesOf(host.uuid), signal })
    .then(stream => requestPurge(stream, signed, { signal }))
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new OrderRefused('UNREACHABLE', `${host.name} cannot be reached: ${why}`)
    })
  if (answer.kind === 'refused') throw new OrderRefused(answer.code, answer.message)
}
