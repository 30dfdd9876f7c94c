import { type HostRecord, type MigrationRecord, signReceipt } from '../../ledger/index.ts'
import { vouchFor } from '../../protocols/order/index.ts'
import { OrderRefused, type OwnerOptions } from './orders.ts'

/** A destination that is there answers at once. */
const VOUCH_MS = 20_000

/** Gives the destination of a move the owner's receipt in place of the origin's. Throws `OrderRefused`. */
export async function vouchForMove(
  { network, ledger, key, addressesOf }: OwnerOptions,
  { id, root, machine }: MigrationRecord,
  destination: HostRecord
): Promise<void> {
  const signal = AbortSignal.timeout(VOUCH_MS)
  const receipt = signReceipt(ledger.context.network, { migration: id, root }, key)
  const addresses = addressesOf(destination.uuid)
  const answer = await network
    .open('order', destination.key, { addresses, signal })
    .then(stream => vouchFor(stream, { machine, receipt }, { signal }))
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new OrderRefused('UNREACHABLE', `${destination.name} cannot be reached: ${why}`)
    })
  if (answer.kind === 'refused') throw new OrderRefused(answer.code, answer.message)
}
