import type {
  HostRecord,
  MachineRecord,
  SignedAcceptance,
  SignedOffer
} from '../../ledger/index.ts'
import {
  type AcceptRequest,
  acceptRequest,
  requestAcceptance
} from '../../protocols/order/index.ts'
import { OrderRefused, type OwnerOptions } from './orders.ts'

/** Blocks for which the host's promise is good. */
const ACCEPTANCE_HEIGHTS = 60

/** A host's promise to take a machine in, as the destination of a move or as the heir of its copy. Throws `OrderRefused`. */
export async function askAcceptance(
  { network, ledger, key, addressesOf }: OwnerOptions,
  wish: {
    readonly machine: MachineRecord
    readonly host: HostRecord
    readonly offer: SignedOffer
    readonly as: AcceptRequest['as']
  },
  signal: AbortSignal
): Promise<SignedAcceptance> {
  const { machine, host, offer } = wish
  const request = {
    machine: machine.uuid,
    version: machine.version,
    as: wish.as,
    offer,
    expiryHeight: ledger.head().height + ACCEPTANCE_HEIGHTS
  }
  const stream = await network.open('order', host.key, {
    addresses: addressesOf(host.uuid),
    signal
  })
  const signed = acceptRequest.sign(ledger.context.network, request, machine.owner, key)
  const answer = await requestAcceptance(stream, signed, { signal })
  if (answer.kind === 'refused') throw new OrderRefused(answer.code, answer.message)
  return answer.acceptance
}
