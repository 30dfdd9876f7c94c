/** The one place where `market` touches a stream: requests and answers in turn, as many as the asker likes. */
import type { Stream } from '@libp2p/interface'
import type { Hash, SignedOffer, Uuid } from '../../ledger/index.ts'
import {
  encodeMessage,
  expectMessage,
  FrameError,
  type FrameOptions,
  type Frames,
  frames,
  readMessage,
  sendMessage
} from '../framing/index.ts'
import {
  MARKET_REPLY_BYTES_MAX,
  MARKET_REQUEST_BYTES_MAX,
  type MarketReply,
  type MarketRequest,
  marketReply,
  marketRequest,
  OFFERS_PER_FRAME_MAX,
  type OfferPage
} from './messages.ts'
import { fullBucket, REQUEST_RATE, takeToken } from './rate-limit.ts'

export type ChannelOptions = Omit<FrameOptions, 'maxBytes'>

const ASKING = { maxBytes: MARKET_REPLY_BYTES_MAX, maxWriteBytes: MARKET_REQUEST_BYTES_MAX }
const ANSWERING = { maxBytes: MARKET_REQUEST_BYTES_MAX, maxWriteBytes: MARKET_REPLY_BYTES_MAX }

/** Most pages of one snapshot: a million offers, the size the index is built for. */
const SNAPSHOT_PAGES_MAX = 15_625

/** Offers by hash, as the peer claims them: judge each. Throws `FrameError`. */
export async function fetchOffers(
  stream: Stream,
  hashes: readonly Hash[],
  options: ChannelOptions = {}
): Promise<readonly SignedOffer[]> {
  const channel = frames(stream, { ...options, ...ASKING })
  const found: SignedOffer[] = []
  try {
    for (let at = 0; at < hashes.length; at += OFFERS_PER_FRAME_MAX) {
      const part = hashes.slice(at, at + OFFERS_PER_FRAME_MAX)
      const reply = await ask(channel, { kind: 'get', hashes: part })
      if (reply.kind !== 'offers' || reply.offers.length > part.length) throw unexpected(reply)
      found.push(...reply.offers)
    }
    return found
  } finally {
    void channel.finish()
  }
}

/** All offers of a peer, page by page; a slow consumer holds the peer back. Throws `FrameError`. */
export async function* fetchSnapshot(
  stream: Stream,
  options: ChannelOptions = {}
): AsyncGenerator<readonly SignedOffer[], void, void> {
  const channel = frames(stream, { ...options, ...ASKING })
  try {
    let after: Uuid | null = null
    for (let page = 0; page < SNAPSHOT_PAGES_MAX; page++) {
      const reply: MarketReply = await ask(channel, { kind: 'snapshot', after })
      if (reply.kind !== 'page') throw unexpected(reply)
      yield reply.offers
      if (reply.next === null) return
      if (after !== null && reply.next <= after) {
        throw new FrameError('MALFORMED', 'the pages of the snapshot do not go forward')
      }
      after = reply.next
    }
  } finally {
    void channel.finish()
  }
}

async function ask(channel: Frames, request: MarketRequest): Promise<MarketReply> {
  await sendMessage(channel, marketRequest, request)
  return expectMessage(channel, marketReply)
}

function unexpected(reply: MarketReply): FrameError {
  if (reply.kind !== 'refused')
    return new FrameError('MALFORMED', `an unasked '${reply.kind}' came`)
  return new FrameError('CLOSED', `the peer refuses: ${reply.code}: ${reply.message}`)
}

/** What a node answers from. */
export interface MarketHandler {
  /** As many as it has of these, at most `OFFERS_PER_FRAME_MAX`. */
  get(hashes: readonly Hash[]): readonly SignedOffer[]
  /** At most `OFFERS_PER_FRAME_MAX` offers of hosts after this one, by UUID. */
  page(after: Uuid | null): OfferPage
}

/**
 * Serves one stream until the peer closes it. Throws `FrameError` when the peer broke the rules or went away,
 * and what the handler threw; the stream is ended in every case.
 */
export async function serveMarket(
  stream: Stream,
  handler: MarketHandler,
  options: ChannelOptions & { readonly nowMs: () => number }
): Promise<void> {
  const { nowMs, ...rest } = options
  const channel = frames(stream, { ...rest, ...ANSWERING })
  const end = (last?: MarketReply): Promise<void> =>
    channel.finish(last && encodeMessage(marketReply, last))
  let bucket = fullBucket(REQUEST_RATE, nowMs())
  try {
    for (;;) {
      const request = await readMessage(channel, marketRequest)
      if (request === null) return await end()
      const taken = takeToken(bucket, REQUEST_RATE, nowMs())
      bucket = taken.bucket
      if (!taken.allowed) {
        const message = `more than ${REQUEST_RATE.burst} requests: ask for ${REQUEST_RATE.perSecond} a second`
        return await end({ kind: 'refused', code: 'TOO_MANY_REQUESTS', message })
      }
      await sendMessage(channel, marketReply, answer(handler, request))
    }
  } catch (error) {
    await end(
      error instanceof FrameError
        ? { kind: 'refused', code: 'MALFORMED', message: error.message }
        : { kind: 'refused', code: 'INTERNAL', message: 'the node failed; its log has the cause' }
    )
    throw error
  }
}

function answer(handler: MarketHandler, request: MarketRequest): MarketReply {
  switch (request.kind) {
    case 'get':
      return { kind: 'offers', offers: handler.get(request.hashes) }
    case 'snapshot':
      return { kind: 'page', ...handler.page(request.after) }
  }
}
