import {
  freeOf,
  type Hash,
  type HostRecord,
  type Offer,
  type Prices,
  type SignedOffer,
  type Signer,
  signOffer,
  type Uuid
} from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import type { Replica } from '../replica/index.ts'
import type { OfferExchange } from './exchange.ts'

/** What the provider asks for one host; kept on this node, not on the ledger. */
export interface Terms {
  readonly host: Uuid
  readonly prices: Prices
  readonly connectSpeed: string
}

export interface PublisherOptions {
  readonly replica: Replica
  readonly exchange: OfferExchange
  readonly clock: Clock
  readonly key: Signer
  readonly addresses: () => readonly string[]
  readonly images: () => Promise<readonly Hash[]>
  readonly methods: readonly string[]
  readonly log: (message: string, fields?: Record<string, string>) => void
}

export interface OfferPublisher {
  /** Begins, or goes on with other prices. */
  publish(terms: Terms): Promise<void>
  /** The offer this host stands by now. */
  standing(): SignedOffer | null
  stop(): void
}

/** design/market.md: offers live an hour and are announced anew about every 4 minutes. */
const OFFER_LIFE_MS = 3_600_000
const REANNOUNCE_MS = 240_000

/** Keeps one host's offer fresh: anew every few minutes, and whenever its free room changes. */
export function createPublisher(options: PublisherOptions): OfferPublisher {
  let terms: Terms | null = null
  let standing: SignedOffer | null = null

  async function renew(): Promise<void> {
    if (terms === null) return
    const host = options.replica.state().host(terms.host)
    if (host === undefined) return
    const offer = await offerFrom(options, host, terms, standing?.offer.sequence ?? 0)
    standing = signOffer(options.replica.network, offer, options.key)
    await options.exchange.announce(standing)
  }

  const renewSafely = (): void => {
    void renew().catch((error: unknown) =>
      options.log(`the offer was not announced: ${String(error)}`)
    )
  }
  const timer = setInterval(renewSafely, REANNOUNCE_MS)
  const forget = options.replica.onFinal(({ before, after }) => {
    if (terms === null) return
    const [was, is] = [before.host(terms.host), after.host(terms.host)]
    if (was?.reserved !== is?.reserved) renewSafely()
  })
  return {
    async publish(next) {
      terms = next
      await renew()
    },
    standing: () => standing,
    stop() {
      clearInterval(timer)
      forget()
    }
  }
}

async function offerFrom(
  options: PublisherOptions,
  host: HostRecord,
  terms: Terms,
  lastSequence: number
): Promise<Offer> {
  const nowMs = options.clock.nowMs()
  return {
    host: host.uuid,
    owner: host.owner,
    name: host.name,
    processor: host.processor,
    totals: host.totals,
    free: freeOf(host),
    prices: terms.prices,
    connectSpeed: terms.connectSpeed,
    methods: options.methods,
    images: await options.images(),
    addresses: [...options.addresses()],
    // The clock keeps the sequence growing across restarts without a file of its own.
    sequence: Math.max(lastSequence + 1, nowMs),
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + OFFER_LIFE_MS
  }
}
