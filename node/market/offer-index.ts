import { checkPrices, type Hash, type SignedOffer, type Uuid } from '../../ledger/index.ts'

/** A signed offer whose signature has been checked, and its hash. */
export interface OfferEntry {
  readonly signed: SignedOffer
  readonly hash: Hash
}

/** design/market.md: offers end after an hour at most, so that what nobody renews disappears. */
export const OFFER_LIFETIME_MAX_MS: number = 3_600_000
/** How far ahead of ours an issuer's clock may be. */
export const OFFER_CLOCK_SKEW_MS: number = 120_000
/** About 2 KiB an offer with its strings: 40 MiB at most. */
export const OFFERS_MAX: number = 20_000

export type PutOutcome =
  | { readonly kind: 'added' }
  | { readonly kind: 'replaced' }
  /** The very offer that is held: nothing to do, nobody to blame. */
  | { readonly kind: 'known' }
  | {
      readonly kind: 'refused'
      readonly code: 'PRICES' | 'STALE' | 'EXPIRED' | 'EARLY' | 'LIFETIME' | 'FULL'
      readonly message: string
    }

/**
 * The newest offer of every host. The caller has checked signatures; this keeps the rule of order.
 *
 *     nothing --put--> held --put with a higher sequence--> held
 *                      held --expiresAtMs--> remembered --issuedAtMs + lifetime--> nothing
 *
 * An offer that has ended is remembered until every older one of that host must have ended too; otherwise a
 * replay could bring back a price its provider has replaced.
 */
export class OfferIndex {
  readonly #entries = new Map<Uuid, OfferEntry>()
  readonly #max: number

  constructor({ max = OFFERS_MAX }: { readonly max?: number } = {}) {
    this.#max = max
  }

  put(entry: OfferEntry, nowMs: number): PutOutcome {
    const { offer } = entry.signed
    const held = this.#entries.get(offer.host)
    if (held?.hash === entry.hash) return { kind: 'known' }
    const refusal = unsound(entry, nowMs) ?? (held === undefined ? null : stale(entry, held))
    if (refusal !== null) return refusal
    if (held === undefined && this.#entries.size >= this.#max) this.#forget(nowMs)
    if (held === undefined && this.#entries.size >= this.#max)
      return refuse('FULL', `${this.#max} offers are held, the most this node keeps`)
    this.#entries.set(offer.host, entry)
    return { kind: held === undefined ? 'added' : 'replaced' }
  }

  /** The offer of one host, unless it has ended. */
  get(host: Uuid, nowMs: number): OfferEntry | undefined {
    const entry = this.#entries.get(host)
    return entry !== undefined && entry.signed.offer.expiresAtMs > nowMs ? entry : undefined
  }

  /** All that have not ended, in the order in which their hosts were first seen. */
  valid(nowMs: number): readonly OfferEntry[] {
    return [...this.#entries.values()].filter(({ signed }) => signed.offer.expiresAtMs > nowMs)
  }

  #forget(nowMs: number): void {
    for (const [host, { signed }] of this.#entries)
      if (signed.offer.issuedAtMs + OFFER_LIFETIME_MAX_MS <= nowMs) this.#entries.delete(host)
  }
}

function unsound({ signed: { offer } }: OfferEntry, nowMs: number): PutOutcome | null {
  const prices = checkPrices(offer.prices)
  if (prices !== null) return refuse('PRICES', prices)
  const lifetimeMs = offer.expiresAtMs - offer.issuedAtMs
  if (offer.issuedAtMs > nowMs + OFFER_CLOCK_SKEW_MS)
    return refuse(
      'EARLY',
      `issued ${offer.issuedAtMs - nowMs} ms ahead of this node's clock: at most ${OFFER_CLOCK_SKEW_MS}`
    )
  if (lifetimeMs <= 0 || lifetimeMs > OFFER_LIFETIME_MAX_MS)
    return refuse(
      'LIFETIME',
      `lives ${lifetimeMs} ms: it must be from 1 to ${OFFER_LIFETIME_MAX_MS}`
    )
  if (offer.expiresAtMs <= nowMs)
    return refuse('EXPIRED', `ended ${nowMs - offer.expiresAtMs} ms ago`)
  return null
}

function stale({ signed }: OfferEntry, held: OfferEntry): PutOutcome | null {
  const [given, newest] = [signed.offer.sequence, held.signed.offer.sequence]
  if (given > newest) return null
  return refuse('STALE', `sequence ${given} does not follow ${newest}, which is held`)
}

function refuse(
  code: Extract<PutOutcome, { kind: 'refused' }>['code'],
  message: string
): PutOutcome {
  return { kind: 'refused', code, message }
}
