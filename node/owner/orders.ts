import {
  type HostRecord,
  type MachineRecord,
  type Order,
  type OrderVerb,
  type Picodollars,
  type PublicKey,
  type SignedOffer,
  type Signer,
  signOrder,
  type Uuid
} from '../../ledger/index.ts'
import { sendOrder } from '../../protocols/order/index.ts'
import type { LedgerAccess } from '../ledger-access/index.ts'
import type { Network } from '../network/index.ts'

export interface OwnerOptions {
  readonly network: Network
  readonly ledger: LedgerAccess
  readonly key: Signer
  /** Addresses of a host, from its newest offer. */
  readonly addressesOf: (host: Uuid) => readonly string[]
}

export interface OrderWish {
  readonly verb: OrderVerb
  readonly machine: MachineRecord
  readonly host: Uuid
  readonly offer: SignedOffer | null
  readonly spendLimit: Picodollars | null
}

/** A host said no, with its code and sentence. */
export class OrderRefused extends Error {
  override readonly name: string = 'OrderRefused'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Blocks an order may wait; a busy host has minutes for it at one idle block in 5 s. */
const ORDER_LIFE_HEIGHTS = 60

/** Signs an order and sees it through: resolves when its confirmation is final. */
export async function carryOrder(
  options: OwnerOptions,
  wish: OrderWish,
  onStep: (step: string) => void,
  signal: AbortSignal
): Promise<void> {
  const { ledger, network } = options
  const { height, host } = await ledger.read(
    state => ({ height: state.height, host: state.host(wish.host) }),
    signal
  )
  const order: Order = {
    verb: wish.verb,
    machine: wish.machine.uuid,
    host: wish.host,
    state: wish.machine.state,
    version: wish.machine.version,
    sequence: wish.machine.orderSequence + 1,
    offer: wish.offer,
    spendLimit: wish.spendLimit,
    expiryHeight: height + Math.min(ORDER_LIFE_HEIGHTS, ledger.genesis.parameters.expiryHeightsMax)
  }
  const signed = signOrder(ledger.context.network, order, wish.machine.owner, options.key)
  onStep('sending the order to the host')
  const stream = await network.open('order', keyOf(wish.host, host), {
    addresses: options.addressesOf(wish.host),
    signal
  })
  const answer = await sendOrder(stream, signed, {
    signal,
    onProgress: news => onStep(news.step)
  })
  if (answer.kind === 'refused') throw new OrderRefused(answer.code, answer.message)
  onStep('waiting for the block to arrive here')
  await ledger.until(now => seen(now.machine(order.machine), order), signal)
}

/** This node reads the outcome, so that the next command does too. */
function seen(machine: MachineRecord | undefined, order: Order): boolean {
  return machine === undefined || machine.orderSequence >= order.sequence
}

export async function hostKey(
  { ledger }: OwnerOptions,
  host: Uuid,
  signal?: AbortSignal
): Promise<PublicKey> {
  return keyOf(host, await ledger.read(state => state.host(host), signal))
}

function keyOf(host: Uuid, record: HostRecord | undefined): PublicKey {
  if (record === undefined) throw new OrderRefused('HOST_UNKNOWN', `no host has the UUID ${host}`)
  return record.key
}
