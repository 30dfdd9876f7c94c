import type { HostRecord, PublicKey, SignedOffer, Uuid } from '../../ledger/index.ts'
import { FrameError } from '../../protocols/framing/index.ts'
import {
  ANNOUNCEMENT_BYTES_MAX,
  ANNOUNCEMENT_RATE,
  decodeAnnouncement,
  encodeAnnouncement,
  fetchOffers,
  fetchSnapshot,
  fullBucket,
  judgeOffer,
  type MarketHandler,
  OFFERS_PER_FRAME_MAX,
  type OfferAnnouncement,
  type OfferContext,
  offerTopic,
  serveMarket,
  type TokenBucket,
  takeToken
} from '../../protocols/market/index.ts'
import type { Clock } from '../clock.ts'
import type { LedgerAccess } from '../ledger-access/index.ts'
import type { OfferEntry } from '../market/index.ts'
import type { Network, Verdict } from '../network/index.ts'
import type { Market } from './market.ts'

export interface ExchangeOptions {
  readonly network: Network
  readonly ledger: LedgerAccess
  readonly market: Market
  readonly clock: Clock
  readonly log: (message: string, fields?: Record<string, string>) => void
}

export interface OfferExchange {
  /** Puts our own host's offer into the index and tells the neighbours. */
  announce(signed: SignedOffer): Promise<void>
  stop(): void
}

/** How long a fetch of one offer, or of a page of them, may take. */
const FETCH_MS = 5_000
/** An offer may arrive before the block that registers its host: it is judged when the block is here. */
const UNKNOWN_HOST_WAIT_MS = 10_000
/** Until the ledger can be read; after that another snapshot is taken with the next peer, or in a minute. */
const LEDGER_WAIT_MS = 15_000
/** Neighbours whose rate is remembered; libp2p itself allows 300 connections. */
const NEIGHBOURS_MAX = 512
/** What was missed while a connection was down is asked for again this often. */
const REFRESH_MS = 60_000

/**
 * Offers between neighbours: announcements are gossiped, offers are fetched from whoever announced them, and
 * a newcomer takes a snapshot from each peer it meets. Every offer is judged by itself.
 */
export async function startExchange(options: ExchangeOptions): Promise<OfferExchange> {
  const { network, ledger, market, clock } = options
  const topic = offerTopic(ledger.context.network)
  const buckets = new Map<PublicKey, TokenBucket>()
  await network.serve('market', stream =>
    serveMarket(stream, handlerOf(market), { nowMs: () => clock.nowMs() })
  )
  network.topics.subscribe(topic, (data, from) => judgeAnnouncement(options, buckets, data, from))
  const snapshot = (key: PublicKey): void => {
    void takeSnapshot(options, key).catch((error: unknown) =>
      options.log(`no snapshot of offers: ${String(error)}`)
    )
  }
  const forget = network.onPeer(snapshot)
  const refresh = setInterval(() => {
    void network.serving('market').then(keys => keys.slice(0, 1).forEach(snapshot))
  }, REFRESH_MS)
  return {
    async announce(signed) {
      const hash = ledger.context.statements.offerHash(signed)
      market.put({ signed, hash })
      const { host, sequence, expiresAtMs } = signed.offer
      await network.topics.publish(
        topic,
        encodeAnnouncement({ host, sequence, offer: hash, expiresAtMs })
      )
    },
    stop() {
      forget()
      clearInterval(refresh)
    }
  }
}

async function judgeAnnouncement(
  options: ExchangeOptions,
  buckets: Map<PublicKey, TokenBucket>,
  data: Uint8Array,
  from: PublicKey
): Promise<Verdict> {
  // Cheapest first: size, rate, shape, and only then a fetch and a signature.
  if (data.byteLength > ANNOUNCEMENT_BYTES_MAX) return 'reject'
  if (!withinRate(buckets, from, options.clock.nowMs())) return 'ignore'
  let announced: OfferAnnouncement
  try {
    announced = decodeAnnouncement(data)
  } catch (error) {
    if (error instanceof FrameError) return 'reject'
    throw error
  }
  if (announced.sequence <= options.market.sequenceOf(announced.host)) return 'ignore'
  if (announced.expiresAtMs <= options.clock.nowMs()) return 'ignore'
  return fetchAnnounced(options, announced, from)
}

async function fetchAnnounced(
  options: ExchangeOptions,
  announced: OfferAnnouncement,
  from: PublicKey
): Promise<Verdict> {
  const signal = AbortSignal.timeout(FETCH_MS)
  try {
    const stream = await options.network.open('market', from, { signal })
    const [signed] = await fetchOffers(stream, [announced.offer], { signal })
    if (signed === undefined || signed.offer.host !== announced.host) return 'ignore'
    return await admit(options, signed)
  } catch (error) {
    options.log(`an announced offer could not be fetched: ${String(error)}`, {
      host: announced.host
    })
    return 'ignore'
  }
}

async function takeSnapshot(options: ExchangeOptions, key: PublicKey): Promise<void> {
  const { network, ledger, market } = options
  // A light node that has just started has no head yet under which a host could be looked up.
  await ledger.until(() => true, AbortSignal.timeout(LEDGER_WAIT_MS))
  const signal = AbortSignal.timeout(FETCH_MS)
  const stream = await network.open('market', key, { signal })
  for await (const page of fetchSnapshot(stream, { signal })) {
    const news = page.filter(({ offer }) => offer.sequence > market.sequenceOf(offer.host))
    // One read for all of them, as a rule.
    const hosts = await ledger.read(
      state => news.map(({ offer }) => state.host(offer.host)),
      signal
    )
    for (const [at, signed] of news.entries()) await admit(options, signed, hosts[at])
  }
}

/** Takes an offer into the index if it stands up to the ledger. */
async function admit(
  options: ExchangeOptions,
  signed: SignedOffer,
  known?: HostRecord
): Promise<Verdict> {
  const { market, log } = options
  const host = known ?? (await awaitHost(options.ledger, signed.offer.host))
  const verdict = judgeOffer(signed, contextOf(options, host))
  if (!verdict.ok) {
    const { code, message, innocent } = verdict.fault
    if (code !== 'STALE') log(`an offer was refused: ${message}`, { host: signed.offer.host, code })
    return innocent ? 'ignore' : 'reject'
  }
  const entry: OfferEntry = { signed: verdict.offer, hash: verdict.hash }
  return market.put(entry).kind === 'refused' ? 'ignore' : 'accept'
}

async function awaitHost(ledger: LedgerAccess, uuid: Uuid): Promise<HostRecord | undefined> {
  const signal = AbortSignal.timeout(UNKNOWN_HOST_WAIT_MS)
  await ledger.until(state => state.host(uuid) !== undefined, signal).catch(() => undefined)
  return ledger.read(state => state.host(uuid))
}

function contextOf(
  { ledger, market, clock }: ExchangeOptions,
  host: HostRecord | undefined
): OfferContext {
  const { network, crypto } = ledger.context
  return {
    network,
    crypto,
    nowMs: clock.nowMs(),
    host: () => host,
    knownSequence: host => market.sequenceOf(host)
  }
}

function withinRate(buckets: Map<PublicKey, TokenBucket>, from: PublicKey, nowMs: number): boolean {
  const before = buckets.get(from) ?? fullBucket(ANNOUNCEMENT_RATE, nowMs)
  const { bucket, allowed } = takeToken(before, ANNOUNCEMENT_RATE, nowMs)
  if (buckets.size >= NEIGHBOURS_MAX && !buckets.has(from)) buckets.clear()
  buckets.set(from, bucket)
  return allowed
}

function handlerOf(market: Market): MarketHandler {
  return {
    get(hashes) {
      const wanted = new Set(hashes)
      return market
        .offers()
        .filter(entry => wanted.has(entry.hash))
        .map(entry => entry.signed)
    },
    page(after) {
      const all = market
        .offers()
        .map(entry => entry.signed)
        .filter(signed => after === null || signed.offer.host > after)
        .sort((a, b) => (a.offer.host < b.offer.host ? -1 : 1))
      const offers = all.slice(0, OFFERS_PER_FRAME_MAX)
      const last = offers.at(-1)
      return { offers, next: all.length > offers.length ? (last?.offer.host ?? null) : null }
    }
  }
}
