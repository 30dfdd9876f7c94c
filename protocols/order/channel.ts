/** The one place where `order` touches a stream: one request, its answers, the end. */
import type { Stream } from '@libp2p/interface'
import type {
  Hash,
  SignedAcceptance,
  SignedOrder,
  SignedReceipt,
  Uuid
} from '../../ledger/index.ts'
import {
  encodeMessage,
  expectMessage,
  FrameError,
  type FrameOptions,
  type Frames,
  frames,
  sendMessage
} from '../framing/index.ts'
import type { SignedAcceptRequest } from './accept-request.ts'
import {
  type HostAnswer,
  type HostReply,
  type HostRequest,
  hostReply,
  hostRequest,
  ORDER_FRAME_BYTES_MAX,
  type OrderProgress,
  UNCOUNTED
} from './messages.ts'
import type { SignedPurgeRequest } from './purge-request.ts'
import type { OrderRefusal } from './refusals.ts'

/** The last progress is repeated this often: a third of the idle time, so two lost ones are no silence. */
const REPEAT_PROGRESS_MS = 20_000

export type ChannelOptions = Omit<FrameOptions, 'maxBytes'>

export type OrderOutcome =
  | { readonly kind: 'done'; readonly transaction: Hash | null }
  | ({ readonly kind: 'refused' } & OrderRefusal)

export type AcceptOutcome =
  | { readonly kind: 'accepted'; readonly acceptance: SignedAcceptance }
  | ({ readonly kind: 'refused' } & OrderRefusal)

export type QueryOutcome =
  | ({ readonly kind: 'host' } & HostAnswer)
  | ({ readonly kind: 'refused' } & OrderRefusal)

/** What a host does about requests. Refusals are values; a throw is a fault of the host. */
export interface HostHandler {
  /** `progress` may be called as often as there is news; the newest is what travels. */
  order(signed: SignedOrder, progress: (news: OrderProgress) => void): Promise<OrderOutcome>
  accept(request: SignedAcceptRequest): Promise<AcceptOutcome>
  query(): Promise<QueryOutcome>
  /** Done when nothing of an older version is left here, also when there was none. */
  purge(request: SignedPurgeRequest): Promise<OrderOutcome>
  /** Done when the receipt is kept, and the COMMIT goes on with it: the ledger says whether it arrived. */
  vouch(machine: Uuid, receipt: SignedReceipt): Promise<OrderOutcome>
  /** Resolves when no move of this machine to here is under way any more. */
  watchMove(machine: Uuid, progress: (news: OrderProgress) => void): Promise<OrderOutcome>
}

/** Sends an order and waits for its end. Throws `FrameError`; the order may still be carried out then. */
export function sendOrder(
  stream: Stream,
  order: SignedOrder,
  options: ChannelOptions & { readonly onProgress?: (progress: OrderProgress) => void } = {}
): Promise<OrderOutcome> {
  const { onProgress, ...rest } = options
  return ask(stream, { kind: 'order', order }, rest, ['done'], onProgress)
}

/** Hears how far a move is, until it has ended one way or the other: the ledger says which. Throws `FrameError`. */
export function watchMove(
  stream: Stream,
  machine: Uuid,
  options: ChannelOptions & { readonly onProgress: (progress: OrderProgress) => void }
): Promise<OrderOutcome> {
  const { onProgress, ...rest } = options
  return ask(stream, { kind: 'watch-move', machine }, rest, ['done'], onProgress)
}

/** Asks a destination to take a machine in. Throws `FrameError`. */
export function requestAcceptance(
  stream: Stream,
  request: SignedAcceptRequest,
  options: ChannelOptions = {}
): Promise<AcceptOutcome> {
  return ask(stream, { kind: 'accept', request }, options, ['accepted'])
}

/** Has a host remove its older version of a machine. Throws `FrameError`. */
export function requestPurge(
  stream: Stream,
  request: SignedPurgeRequest,
  options: ChannelOptions = {}
): Promise<OrderOutcome> {
  return ask(stream, { kind: 'purge', request }, options, ['done'])
}

/** Gives a destination the receipt that the origin of the move withholds, signed by the owner. Throws `FrameError`. */
export function vouchFor(
  stream: Stream,
  word: { readonly machine: Uuid; readonly receipt: SignedReceipt },
  options: ChannelOptions = {}
): Promise<OrderOutcome> {
  return ask(stream, { kind: 'vouch', ...word }, options, ['done'])
}

/** Asks what a host has and can do. Throws `FrameError`. */
export function queryHost(stream: Stream, options: ChannelOptions = {}): Promise<QueryOutcome> {
  return ask(stream, { kind: 'host-query' }, options, ['host'])
}

type Ending = Exclude<HostReply, { readonly kind: 'progress' }>
type Expected<K> = Extract<Ending, { readonly kind: K | 'refused' }>

async function ask<K extends Ending['kind']>(
  stream: Stream,
  request: HostRequest,
  options: ChannelOptions,
  expected: readonly K[],
  onProgress?: (progress: OrderProgress) => void
): Promise<Expected<K>> {
  const channel = frames(stream, { ...options, maxBytes: ORDER_FRAME_BYTES_MAX })
  try {
    await sendMessage(channel, hostRequest, request)
    for (;;) {
      const reply = await expectMessage(channel, hostReply)
      if (reply.kind === 'progress') onProgress?.(reply)
      else if (isExpected(reply, expected)) return reply
      else throw new FrameError('MALFORMED', `'${reply.kind}' does not answer '${request.kind}'`)
    }
  } finally {
    void channel.finish()
  }
}

function isExpected<K extends Ending['kind']>(
  reply: Ending,
  expected: readonly K[]
): reply is Expected<K> {
  return reply.kind === 'refused' || expected.some(kind => kind === reply.kind)
}

/**
 * Serves one stream. Throws `FrameError` when the peer broke the rules or went away, and what the handler
 * threw (the peer hears INTERNAL), so that the caller can log it; the stream is ended in every case.
 */
export async function serveOrder(
  stream: Stream,
  handler: HostHandler,
  options: ChannelOptions = {}
): Promise<void> {
  const channel = frames(stream, { ...options, maxBytes: ORDER_FRAME_BYTES_MAX })
  const end = (last: HostReply): Promise<void> => channel.finish(encodeMessage(hostReply, last))
  try {
    const request = await expectMessage(channel, hostRequest)
    await end(await answer(channel, handler, request))
  } catch (error) {
    await end(
      error instanceof FrameError
        ? { kind: 'refused', code: 'MALFORMED', message: error.message }
        : { kind: 'refused', code: 'INTERNAL', message: 'the host failed; its log has the cause' }
    )
    throw error
  }
}

async function answer(
  channel: Frames,
  handler: HostHandler,
  request: HostRequest
): Promise<Ending> {
  switch (request.kind) {
    case 'accept':
      return handler.accept(request.request)
    case 'host-query':
      return handler.query()
    case 'purge':
      return handler.purge(request.request)
    case 'vouch':
      return handler.vouch(request.machine, request.receipt)
    case 'order':
      return withProgress(channel, news => handler.order(request.order, news))
    case 'watch-move':
      return withProgress(channel, news => handler.watchMove(request.machine, news))
  }
}

async function withProgress(
  channel: Frames,
  work: (news: (progress: OrderProgress) => void) => Promise<OrderOutcome>
): Promise<OrderOutcome> {
  const report = reporter(channel)
  try {
    return await work(report.news)
  } finally {
    report.stop()
  }
}

interface Reporter {
  readonly news: (progress: OrderProgress) => void
  readonly stop: () => void
}

/** Sends the newest progress, one frame at a time, and repeats it so that the stream is never idle. */
function reporter(channel: Frames): Reporter {
  let newest: OrderProgress = { step: 'checking', ...UNCOUNTED }
  let sending = false
  let changed = false
  let stopped = false
  const flush = async (): Promise<void> => {
    if (sending) return
    sending = true
    try {
      while (changed && !stopped) {
        changed = false
        await sendMessage(channel, hostReply, { kind: 'progress', ...newest })
      }
    } catch {
      // The owner went away; the order is carried out all the same, so nobody waits for this news.
      stopped = true
    } finally {
      sending = false
    }
  }
  const news = (progress: OrderProgress): void => {
    newest = progress
    changed = true
    void flush()
  }
  const timer = setInterval(() => news(newest), REPEAT_PROGRESS_MS)
  news(newest)
  return {
    news,
    stop() {
      stopped = true
      clearInterval(timer)
    }
  }
}
