/** The one place where `ledger` touches a stream: one request a stream, one answer, or a follow without end. */
import type { Stream } from '@libp2p/interface'
import type { CertifiedBlock, Chunk, Hash, SignedTransaction } from '../../ledger/index.ts'
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
import type {
  EpochsReply,
  EpochsRequest,
  OutcomeReply,
  OutcomeRequest,
  ReadReply,
  ReadRequest
} from './light-messages.ts'
import {
  type Head,
  LEDGER_REPLY_BYTES_MAX,
  LEDGER_REQUEST_BYTES_MAX,
  type LedgerRefusal,
  type LedgerReply,
  type LedgerRequest,
  ledgerReply,
  ledgerRequest
} from './messages.ts'
import type { LedgerSlots, Slots } from './slots.ts'
import type { ChunkRequest, SnapshotsReply } from './snapshot-messages.ts'

/** A follower hears at least this often: a third of the idle time, and well below libp2p's 120 s. */
const PING_MS = 20_000

const ASKING = { maxBytes: LEDGER_REPLY_BYTES_MAX, maxWriteBytes: LEDGER_REQUEST_BYTES_MAX }
const ANSWERING = { maxBytes: LEDGER_REQUEST_BYTES_MAX, maxWriteBytes: LEDGER_REPLY_BYTES_MAX }

export type ChannelOptions = Omit<FrameOptions, 'maxBytes'>

type Refused = { readonly kind: 'refused' } & LedgerRefusal
type Answer<K extends LedgerReply['kind']> = Extract<LedgerReply, { readonly kind: K }> | Refused

/** A stream to one node for any number of submissions, one after the other: opening one costs more than an answer. */
export interface Submissions {
  /**
   * At most `SUBMITTED_MAX` transactions; their answers come in the same order. Throws `FrameError`: then nobody
   * knows which were taken, and the same bytes may be sent again on another stream.
   */
  submit(transactions: readonly SignedTransaction[]): Promise<Answer<'submitted'>>
  /** Resolves when the node has ended the stream or is gone. */
  gone(): Promise<void>
  close(): void
  /** Resets the stream under a submission. */
  abort(reason: Error): void
}

export function submissions(stream: Stream, options: ChannelOptions = {}): Submissions {
  const channel = frames(stream, { ...options, ...ASKING })
  return {
    async submit(transactions) {
      const reply = await askOn(channel, { kind: 'submit', transactions }, 'submitted')
      if (reply.kind === 'refused' || reply.answers.length === transactions.length) return reply
      const [said, expected] = [reply.answers.length, transactions.length]
      throw new FrameError('MALFORMED', `${said} answers to ${expected} transactions`)
    },
    gone: () => channel.gone(),
    close: () => void channel.finish(),
    abort: reason => channel.abort(reason)
  }
}

/** A single submission. Throws `FrameError`. */
export async function submit(
  stream: Stream,
  transactions: readonly SignedTransaction[],
  options: ChannelOptions = {}
): Promise<Answer<'submitted'>> {
  const one = submissions(stream, options)
  try {
    return await one.submit(transactions)
  } finally {
    one.close()
  }
}

export function askHead(stream: Stream, options: ChannelOptions = {}): Promise<Answer<'head'>> {
  return ask(stream, { kind: 'head' }, 'head', options)
}

/** The genesis in its canonical bytes: hash them before you believe them. */
export function askGenesis(
  stream: Stream,
  options: ChannelOptions = {}
): Promise<Answer<'genesis'>> {
  return ask(stream, { kind: 'genesis' }, 'genesis', options)
}

/** The hand-overs from that of `fromEpoch` on, as the peer claims them: `takeHandOver` checks each. */
export function askEpochs(
  stream: Stream,
  fromEpoch: number,
  options: ChannelOptions = {}
): Promise<Answer<'epochs'>> {
  return ask(stream, { kind: 'epochs', fromEpoch }, 'epochs', options)
}

/** A head and a proof under it, neither checked. Comes late where the peer waits for a head above `afterHeight`. */
export function askRead(
  stream: Stream,
  request: ReadRequest,
  options: ChannelOptions = {}
): Promise<Answer<'read'>> {
  return ask(stream, { kind: 'read', ...request }, 'read', options)
}

/** Which block holds a transaction and with what result; not checked. */
export function askOutcome(
  stream: Stream,
  transaction: Hash,
  options: ChannelOptions = {}
): Promise<Answer<'outcome'>> {
  return ask(stream, { kind: 'outcome', transaction }, 'outcome', options)
}

/** Which states the peer keeps for those far behind; `stepSync` checks each. */
export function askSnapshots(
  stream: Stream,
  options: ChannelOptions = {}
): Promise<Answer<'snapshots'>> {
  return ask(stream, { kind: 'snapshots' }, 'snapshots', options)
}

/** Entries of a state from a key on, as many as go into an answer; `checkChunk` says whether it is true and whole. */
export function askChunk(
  stream: Stream,
  request: ChunkRequest,
  options: ChannelOptions = {}
): Promise<Answer<'chunk'>> {
  return ask(stream, { kind: 'chunk', ...request }, 'chunk', options)
}

export type Followed =
  | { readonly kind: 'block'; readonly block: CertifiedBlock }
  | { readonly kind: 'ping'; readonly height: number }
  | Refused

/**
 * Blocks from `fromHeight` on, as the peer claims them: nothing here is checked but the form. A slow consumer
 * holds the peer back. Ends at a refusal or the peer's close; throws `FrameError`.
 */
export async function* follow(
  stream: Stream,
  fromHeight: number,
  options: ChannelOptions = {}
): AsyncGenerator<Followed, void, void> {
  const channel = frames(stream, { ...options, ...ASKING })
  try {
    await sendMessage(channel, ledgerRequest, { kind: 'follow', fromHeight })
    for (;;) {
      const reply = await readMessage(channel, ledgerReply)
      if (reply === null) return
      if (reply.kind !== 'block' && reply.kind !== 'ping' && reply.kind !== 'refused') {
        throw new FrameError('MALFORMED', `'${reply.kind}' does not answer 'follow'`)
      }
      yield reply
      if (reply.kind === 'refused') return
    }
  } finally {
    void channel.finish()
  }
}

async function ask<K extends LedgerReply['kind']>(
  stream: Stream,
  request: LedgerRequest,
  expected: K,
  options: ChannelOptions
): Promise<Answer<K>> {
  const channel = frames(stream, { ...options, ...ASKING })
  try {
    return await askOn(channel, request, expected)
  } finally {
    void channel.finish()
  }
}

async function askOn<K extends LedgerReply['kind']>(
  channel: Frames,
  request: LedgerRequest,
  expected: K
): Promise<Answer<K>> {
  await sendMessage(channel, ledgerRequest, request)
  const reply = await expectMessage(channel, ledgerReply)
  if (isAnswer(reply, expected)) return reply
  throw new FrameError('MALFORMED', `'${reply.kind}' does not answer '${request.kind}'`)
}

function isAnswer<K extends LedgerReply['kind']>(
  reply: LedgerReply,
  expected: K
): reply is Answer<K> {
  return reply.kind === expected || reply.kind === 'refused'
}

/** What a node answers from. Refusals are values; a throw is a fault of the node. */
export interface LedgerHandler {
  /** One answer for each; null: taken for inclusion. */
  submit(transactions: readonly SignedTransaction[]): Promise<readonly (LedgerRefusal | null)[]>
  head(): Head
  genesis(): Uint8Array
  /** From this height on, without end; stops when the signal fires. A refusal for a height not known yet. */
  blocks(fromHeight: number, signal: AbortSignal): AsyncIterable<CertifiedBlock> | LedgerRefusal
  epochs(request: EpochsRequest): Promise<EpochsReply>
  read(request: ReadRequest, signal: AbortSignal): Promise<ReadReply | LedgerRefusal>
  outcome(request: OutcomeRequest): Promise<OutcomeReply | LedgerRefusal>
  snapshots(): Promise<SnapshotsReply | LedgerRefusal>
  /** Called for a few at a time, of one peer and in all. */
  chunk(request: ChunkRequest): Promise<Chunk | LedgerRefusal>
}

/**
 * Serves one stream of `peer`. Throws `FrameError` when the peer broke the rules or went away, and what the
 * handler threw; the stream is ended in every case.
 */
export async function serveLedger(
  stream: Stream,
  handler: LedgerHandler,
  options: ChannelOptions & { readonly peer: string; readonly slots: LedgerSlots }
): Promise<void> {
  const { peer, slots, ...rest } = options
  const channel = frames(stream, { ...rest, ...ANSWERING })
  const end = (last?: LedgerReply): Promise<void> =>
    channel.finish(last && encodeMessage(ledgerReply, last))
  try {
    const request = await expectMessage(channel, ledgerRequest)
    switch (request.kind) {
      case 'submit':
        return await end(await takeSubmissions(channel, handler, request))
      case 'follow':
        return await within(slots.follows, peer, end, () =>
          feed(channel, handler, request.fromHeight)
        )
      case 'chunk':
        // Sent whole before its place is given to another: what peers leave unread is bounded too.
        return await within(slots.chunks, peer, end, async () =>
          asReply('chunk', await handler.chunk(request))
        )
      case 'head':
      case 'genesis':
      case 'epochs':
      case 'read':
      case 'outcome':
      case 'snapshots':
        return await end(await answer(channel, handler, request))
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

/** Answers while the peer holds one of the slots, or says that it has all of its own. */
async function within(
  slots: Slots,
  peer: string,
  end: (last?: LedgerReply) => Promise<void>,
  reply: () => Promise<LedgerReply | undefined>
): Promise<void> {
  const giveBack = slots.take(peer)
  if (giveBack === undefined) return await end({ kind: 'refused', ...slots.refusal })
  try {
    await end(await reply())
  } finally {
    giveBack()
  }
}

type Submit = Extract<LedgerRequest, { readonly kind: 'submit' }>

/** One after the other, until the peer closes its end or has nothing more to submit for the idle time. */
async function takeSubmissions(
  channel: Frames,
  handler: LedgerHandler,
  first: Submit
): Promise<LedgerReply | undefined> {
  for (let request: Submit = first; ; ) {
    const answers = await handler.submit(request.transactions)
    await sendMessage(channel, ledgerReply, { kind: 'submitted', answers })
    const next = await readMessage(channel, ledgerRequest).catch(orQuiet)
    if (next === null) return undefined
    if (next.kind !== 'submit') {
      const message = `'${next.kind}' came behind a submission: it has a stream of its own`
      return { kind: 'refused', code: 'MALFORMED', message }
    }
    request = next
  }
}

/** Whoever keeps a stream for later and does not come back has broken no rule. */
function orQuiet(error: unknown): null {
  if (error instanceof FrameError && (error.code === 'TIMEOUT' || error.code === 'CLOSED'))
    return null
  throw error
}

async function answer(
  channel: Frames,
  handler: LedgerHandler,
  request: Exclude<LedgerRequest, { readonly kind: 'submit' | 'follow' | 'chunk' }>
): Promise<LedgerReply> {
  switch (request.kind) {
    case 'head':
      return { kind: 'head', ...handler.head() }
    case 'genesis':
      return { kind: 'genesis', bytes: handler.genesis() }
    case 'epochs':
      return { kind: 'epochs', ...(await handler.epochs(request)) }
    case 'read': {
      // Nobody waits for a head on behalf of a peer that has gone.
      const gone = new AbortController()
      void channel.gone().then(() => gone.abort())
      return asReply('read', await handler.read(request, gone.signal))
    }
    case 'outcome':
      return asReply('outcome', await handler.outcome(request))
    case 'snapshots':
      return asReply('snapshots', await handler.snapshots())
  }
}

interface Said {
  readonly read: ReadReply
  readonly outcome: OutcomeReply
  readonly snapshots: SnapshotsReply
  readonly chunk: Chunk
}

function asReply<K extends keyof Said>(kind: K, said: Said[K] | LedgerRefusal): LedgerReply {
  return 'code' in said
    ? { kind: 'refused', ...said }
    : ({ kind, ...said } as unknown as LedgerReply)
}

/** Sends blocks as they come and a ping whenever none came for a while, until the peer goes away. */
async function feed(
  channel: Frames,
  handler: LedgerHandler,
  fromHeight: number
): Promise<LedgerReply | undefined> {
  const stop = new AbortController()
  const source = handler.blocks(fromHeight, stop.signal)
  if ('code' in source) return { kind: 'refused', ...source }
  void channel.gone().then(() => stop.abort())
  const iterator = source[Symbol.asyncIterator]()
  try {
    let next = iterator.next()
    for (;;) {
      const event = await soon(next)
      if (event === 'quiet') {
        await sendMessage(channel, ledgerReply, { kind: 'ping', height: handler.head().height })
        continue
      }
      if (event.done === true) return undefined
      await sendMessage(channel, ledgerReply, { kind: 'block', block: event.value })
      next = iterator.next()
    }
  } catch (error) {
    // A peer that has had enough is no fault, however the source says that it was stopped.
    if (stop.signal.aborted) return undefined
    throw error
  } finally {
    stop.abort()
    void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

async function soon<T>(next: Promise<T>): Promise<T | 'quiet'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const quiet = new Promise<'quiet'>(resolve => {
    timer = setTimeout(() => resolve('quiet'), PING_MS)
  })
  try {
    return await Promise.race([next, quiet])
  } finally {
    clearTimeout(timer)
  }
}
