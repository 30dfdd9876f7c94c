import {
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
import type { Network } from '../network/index.ts'
import type { Replica } from '../replica/index.ts'

export interface OwnerOptions {
  readonly network: Network
  readonly replica: Replica
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

/** Signs an order and sees it through: resolves when its confirmation is final on our own replica. */
export async function carryOrder(
  options: OwnerOptions,
  wish: OrderWish,
  onStep: (step: string) => void,
  signal: AbortSignal
): Promise<void> {
  const { replica, network } = options
  const state = replica.state()
  const order: Order = {
    verb: wish.verb,
    machine: wish.machine.uuid,
    host: wish.host,
    state: wish.machine.state,
    version: wish.machine.version,
    sequence: wish.machine.orderSequence + 1,
    offer: wish.offer,
    spendLimit: wish.spendLimit,
    expiryHeight:
      state.height + Math.min(ORDER_LIFE_HEIGHTS, state.genesis.parameters.expiryHeightsMax)
  }
  const signed = signOrder(state.network, order, wish.machine.owner, options.key)
  onStep('sending the order to the host')
  const stream = await network.open('order', hostKey(options, wish.host), {
    addresses: options.addressesOf(wish.host),
    signal
  })
  const answer = await sendOrder(stream, signed, {
    signal,
    onProgress: news => onStep(news.step)
  })
  if (answer.kind === 'refused') throw new OrderRefused(answer.code, answer.message)
  onStep('waiting for the block to arrive here')
  await replica.until(now => seen(now.machine(order.machine), order), signal)
}

/** Our own replica shows the outcome, so that the next command already reads it. */
function seen(machine: MachineRecord | undefined, order: Order): boolean {
  return machine === undefined || machine.orderSequence >= order.sequence
}

export function hostKey({ replica }: OwnerOptions, host: Uuid): PublicKey {
  const record = replica.state().host(host)
  if (record === undefined) throw new OrderRefused('HOST_UNKNOWN', `no host has the UUID ${host}`)
  return record.key
}
