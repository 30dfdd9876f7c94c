import {
  applyTransaction,
  type Body,
  type Crypto,
  feeBoundOf,
  type Hash,
  type LedgerState,
  type SignedOffer,
  type SignedOrder,
  type StatementChecks,
  type Uuid
} from '../../ledger/index.ts'
import { type OrderRefusal, PLANS } from '../../protocols/order/index.ts'

export interface DoorView {
  readonly host: Uuid
  readonly state: LedgerState
  readonly crypto: Crypto
  readonly statements: StatementChecks
  /** The offer this host stands by now; null when it offers nothing. */
  readonly standing: SignedOffer | null
  readonly images: ReadonlySet<Hash>
  readonly nowMs: number
}

/** Any root will do to ask the ledger's rules whether the confirmation would be taken. */
const DRY_ROOT: Hash = '0'.repeat(64)

/**
 * Whether the host takes an order. The ledger's own rules are asked by applying the confirmation to a draft
 * that is dropped, so that door and ledger can never disagree; what only the host knows comes on top.
 */
export function judgeOrder(view: DoorView, signed: SignedOrder): OrderRefusal | null {
  const { order } = signed
  if (order.host !== view.host) {
    return {
      code: 'WRONG_HOST',
      message: `the order names host ${order.host}, this is ${view.host}`
    }
  }
  if (order.offer !== null) {
    const refusal = judgeOffer(view, order.offer)
    if (refusal !== null) return refusal
  }
  if (order.verb === 'store') {
    const refusal = judgeImage(view, order.machine)
    if (refusal !== null) return refusal
  }
  const root = PLANS[order.verb].seal ? DRY_ROOT : null
  return wouldBeRefused(view, { type: 'confirm', order: signed, root })
}

/** A replaced offer is refused at the provider's door: the ledger cannot know that it was replaced. */
export function judgeOffer(view: DoorView, offer: SignedOffer): OrderRefusal | null {
  const standing = view.standing
  if (standing === null) {
    return { code: 'OFFER_REPLACED', message: 'this host takes no machines now: choose another' }
  }
  const same = view.statements.offerHash(standing) === view.statements.offerHash(offer)
  if (same || samePrices(standing, offer)) return null
  return {
    code: 'OFFER_REPLACED',
    message: `offer ${offer.offer.sequence} of ${offer.offer.name} was replaced by ${standing.offer.sequence} with other prices; search again`
  }
}

/** An offer is announced anew every few minutes; one with the same prices is the same bargain. */
function samePrices(one: SignedOffer, other: SignedOffer): boolean {
  const names = Object.keys(one.offer.prices) as (keyof SignedOffer['offer']['prices'])[]
  return (
    one.offer.host === other.offer.host &&
    names.every(name => one.offer.prices[name] === other.offer.prices[name])
  )
}

export function judgeImage(view: DoorView, machine: Uuid): OrderRefusal | null {
  const image = view.state.machine(machine)?.configuration.image ?? null
  if (image === null || view.images.has(image)) return null
  return {
    code: 'IMAGE_UNKNOWN',
    message: `this host does not have image ${image.slice(0, 16)}; choose a host whose offer lists it`
  }
}

function wouldBeRefused(view: DoorView, body: Body): OrderRefusal | null {
  const draft = view.state.draft(view.state.height + 1, Math.max(view.state.timeMs + 1, view.nowMs))
  const nonce = (view.state.host(view.host)?.nonce ?? 0) + 1
  return applyTransaction(
    draft,
    {
      transaction: {
        signer: { kind: 'host', id: view.host },
        nonce,
        expiryHeight: view.state.height + 1,
        feeMax: feeBoundOf(view.state.genesis.parameters, body.type),
        body
      },
      signature: ''
    },
    { crypto: view.crypto, statements: view.statements }
  )
}
