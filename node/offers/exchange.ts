import type { PublicKey, SignedOffer } from '../../ledger/index.ts'
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
import type { OfferEntry } from '../market/index.ts'
import type { Network, Verdict } from '../network/index.ts'
import type { Replica } from '../replica/index.ts'
import type { Market } from './market.ts'

export interface ExchangeOptions {
  readonly network: Network
  readonly replica: Replica
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
/** Neighbours whose rate is remembered; libp2p itself allows 300 connections. */
const NEIGHBOURS_MAX = 512
/** What was missed while a connection was down is asked for again this often. */
const REFRESH_MS = 60_000

/**
 * Offers between neighbours: announcements are gossiped, offers are fetched from whoever announced them, and
 * a newcomer takes a snapshot from each peer it meets. Every offer is judged by itself.
 */
export async function startExchange(options: ExchangeOptions): Promise<OfferExchange> {
  const { network, replica, market, clock } = options
  const topic = offerTopic(replica.network)
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
      const hash = replica.context.statements.offerHash(signed)
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
  const signal = AbortSignal.timeout(FETCH_MS)
  const stream = await options.network.open('market', key, { signal })
  for await (const page of fetchSnapshot(stream, { signal })) {
    for (const signed of page) await admit(options, signed)
  }
}

/** Takes an offer into the index if it stands up to the ledger. */
async function admit(options: ExchangeOptions, signed: SignedOffer): Promise<Verdict> {
  const { replica, market, log } = options
  await replica
    .until(
      state => state.host(signed.offer.host) !== undefined,
      AbortSignal.timeout(UNKNOWN_HOST_WAIT_MS)
    )
    .catch(() => undefined)
  const verdict = judgeOffer(signed, contextOf(options))
  if (!verdict.ok) {
    const { code, message, innocent } = verdict.fault
    if (code !== 'STALE') log(`an offer was refused: ${message}`, { host: signed.offer.host, code })
    return innocent ? 'ignore' : 'reject'
  }
  const entry: OfferEntry = { signed: verdict.offer, hash: verdict.hash }
  return market.put(entry).kind === 'refused' ? 'ignore' : 'accept'
}

function contextOf({ replica, market, clock }: ExchangeOptions): OfferContext {
  return {
    network: replica.network,
    crypto: replica.context.crypto,
    nowMs: clock.nowMs(),
    host: uuid => replica.state().host(uuid),
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
