/** The origin's side of `blocks`: answers are prepared ahead while the ones before them travel. */
import type { Stream } from '@libp2p/interface'
import type { Hash, SignedReceipt, Uuid } from '../../ledger/index.ts'
import {
  encodeMessage,
  expectMessage,
  FrameError,
  type Frames,
  frames,
  readMessage,
  sendMessage
} from '../framing/index.ts'
import { type ChannelOptions, SERVING } from './channel.ts'
import { PAGE_BLOCKS } from './manifest.ts'
import {
  type BlockRange,
  type BlocksRefusal,
  type BlocksReply,
  type BlocksRequest,
  blocksReply,
  blocksRequest,
  type Challenge,
  type Encoding,
  FRAME_BLOCKS_MAX,
  type Outline,
  type SideOffer
} from './messages.ts'
import type { PartShape } from './parts.ts'
import { blocksIn, partOf } from './ranges.ts'

/** Questions worked on at once: reading, packing and sending overlap, in at most so many MiB. */
const ANSWERS_AHEAD = 4

/** One machine ready to be pulled. What is asked lies within its parts. */
export interface ServedMachine {
  readonly outline: Outline
  /** 32 bytes for each of the pages [first, first + count). */
  pageRoots(shape: PartShape, range: BlockRange): Promise<Uint8Array>
  /** 32 bytes for each block of these pages. */
  leaves(shape: PartShape, pages: readonly number[]): Promise<Uint8Array>
  /** `changesOfPage` of each page, one after the other; undefined if nothing is known of `base`. */
  changes(shape: PartShape, base: Hash, pages: readonly number[]): Promise<Uint8Array | undefined>
  /** Blocks of all ranges in order, packed or not; the bytes must not change afterwards. */
  blocks(
    shape: PartShape,
    ranges: readonly BlockRange[],
    rate: number
  ): Promise<{ readonly encoding: Encoding; readonly bytes: Uint8Array }>
  /** A patch of what has these signatures, packed or not, and its bytes before that. */
  patch(
    shape: PartShape,
    ranges: readonly BlockRange[],
    rate: number,
    signatures: Uint8Array
  ): Promise<{
    readonly encoding: Encoding
    readonly bytes: Uint8Array
    readonly patchBytes: number
  }>
  /** Sends an answer with so many bytes by `write`; how long that lasts tells how fast the link is. */
  deliver(bytes: number, write: () => Promise<void>): Promise<void>
  /** A connection of its own for blocks; undefined where there is none for this machine or on this host. */
  side(): Promise<SideOffer | undefined>
  challenge(): Challenge
  /** The signed receipt, if these are the right answers to the challenge. */
  judge(challenge: Challenge, digests: readonly Hash[]): Promise<SignedReceipt | BlocksRefusal>
  /** The stream is over. */
  close(): Promise<void>
}

/** Opens a machine for the move that the peer names, or says why not. */
export type OpenServed = (machine: Uuid, migration: Hash) => Promise<ServedMachine | BlocksRefusal>

/**
 * Serves one stream until the peer closes it. Throws `FrameError` when the peer broke the rules or went away,
 * and what the machine's side threw; the stream is ended in every case.
 */
export async function serveBlocks(
  stream: Stream,
  open: OpenServed,
  options: ChannelOptions = {}
): Promise<void> {
  const channel = frames(stream, { ...options, ...SERVING })
  try {
    const refusal = await serve(channel, open)
    await channel.finish(refusal && encodeMessage(blocksReply, { kind: 'refused', ...refusal }))
  } catch (error) {
    const refusal: BlocksRefusal =
      error instanceof FrameError
        ? { code: 'MALFORMED', message: error.message }
        : { code: 'INTERNAL', message: 'the origin failed; its log has the cause' }
    await channel.finish(encodeMessage(blocksReply, { kind: 'refused', ...refusal }))
    throw error
  }
}

async function serve(channel: Frames, open: OpenServed): Promise<BlocksRefusal | undefined> {
  const first = await expectMessage(channel, blocksRequest)
  if (first.kind !== 'hello') return malformed(`'${first.kind}' before 'hello'`)
  const served = await open(first.machine, first.migration)
  if ('code' in served) return served
  try {
    await sendMessage(channel, blocksReply, { kind: 'outline', ...served.outline })
    return await answerAll(channel, served)
  } finally {
    await served.close()
  }
}

interface Answer {
  readonly reply: BlocksReply
  readonly body?: Uint8Array
}

/** Answers in the order of the questions; at most `ANSWERS_AHEAD` have been begun and not been sent. */
async function answerAll(
  channel: Frames,
  served: ServedMachine
): Promise<BlocksRefusal | undefined> {
  const answers = new Answers(served)
  const begun: Promise<Answer | BlocksRefusal>[] = []
  let reading: Promise<Asked | null> | null = null
  let isOver = false
  for (;;) {
    if (!isOver && begun.length < ANSWERS_AHEAD) reading ??= readAsked(channel)
    const news = await firstOf(reading, begun[0])
    if (news === undefined) return undefined
    if ('asked' in news) {
      reading = null
      isOver = news.asked === null
      if (news.asked !== null) begun.push(begin(answers, news.asked))
      continue
    }
    void begun.shift()
    if ('code' in news.answer) return news.answer
    const { reply, body } = news.answer
    await served.deliver(body?.byteLength ?? 0, async () => {
      await sendMessage(channel, blocksReply, reply)
      if (body !== undefined) await channel.write(body)
    })
  }
}

/** A question, with the frame that follows a `patch`. */
interface Asked {
  readonly request: BlocksRequest
  readonly signatures: Uint8Array
}

async function readAsked(channel: Frames): Promise<Asked | null> {
  const request = await readMessage(channel, blocksRequest)
  if (request === null) return null
  if (request.kind !== 'patch') return { request, signatures: new Uint8Array() }
  const signatures = await channel.read()
  if (signatures === null) throw new FrameError('TRUNCATED', "a 'patch' without its signatures")
  return { request, signatures }
}

function begin(answers: Answers, asked: Asked): Promise<Answer | BlocksRefusal> {
  const answer = answers.to(asked)
  // Awaited in its turn; until then a failure must not count as unheard.
  answer.catch(() => undefined)
  return answer
}

type News = { readonly asked: Asked | null } | { readonly answer: Answer | BlocksRefusal }

/** Whichever comes first; undefined when neither is awaited. */
async function firstOf(
  reading: Promise<Asked | null> | null,
  answering: Promise<Answer | BlocksRefusal> | undefined
): Promise<News | undefined> {
  const awaited: Promise<News>[] = []
  if (reading !== null) awaited.push(reading.then(asked => ({ asked })))
  if (answering !== undefined) awaited.push(answering.then(answer => ({ answer })))
  return awaited.length === 0 ? undefined : Promise.race(awaited)
}

class Answers {
  readonly #served: ServedMachine
  #challenge: Challenge | undefined

  constructor(served: ServedMachine) {
    this.#served = served
  }

  async to({ request, signatures }: Asked): Promise<Answer | BlocksRefusal> {
    switch (request.kind) {
      case 'hello':
        return malformed("a second 'hello' on one stream")
      case 'pages':
        return this.#within(request.part, [request], PAGE_BLOCKS, async shape =>
          hashes(await this.#served.pageRoots(shape, request))
        )
      case 'leaves':
        return this.#within(request.part, single(request.pages), PAGE_BLOCKS, async shape =>
          hashes(await this.#served.leaves(shape, request.pages))
        )
      case 'changes':
        return this.#within(request.part, single(request.pages), PAGE_BLOCKS, shape =>
          this.#changes(shape, request.base, request.pages)
        )
      case 'get':
        return this.#within(request.part, request.ranges, 1, shape =>
          this.#blocks(shape, request.ranges, request.rate)
        )
      case 'patch':
        return this.#within(request.part, request.ranges, 1, shape =>
          this.#patch(shape, request.ranges, request.rate, signatures)
        )
      case 'side':
        return this.#side()
      case 'complete':
        this.#challenge = this.#served.challenge()
        return { reply: { kind: 'challenge', ...this.#challenge } }
      case 'answer':
        return this.#judge(request.digests)
    }
  }

  async #within(
    name: PartShape['name'],
    ranges: readonly BlockRange[],
    unitBlocks: number,
    answer: (shape: PartShape) => Promise<Answer | BlocksRefusal>
  ): Promise<Answer | BlocksRefusal> {
    const shape = partOf(this.#served.outline.parts, name, ranges, unitBlocks)
    return typeof shape === 'string' ? { code: 'OUT_OF_RANGE', message: shape } : answer(shape)
  }

  async #changes(
    shape: PartShape,
    base: Hash,
    pages: readonly number[]
  ): Promise<Answer | BlocksRefusal> {
    const changes = await this.#served.changes(shape, base, pages)
    return changes === undefined ? { reply: { kind: 'no-base' } } : hashes(changes)
  }

  async #blocks(
    shape: PartShape,
    ranges: readonly BlockRange[],
    rate: number
  ): Promise<Answer | BlocksRefusal> {
    const tooMany = moreThanFit(ranges)
    if (tooMany !== undefined) return tooMany
    const { encoding, bytes } = await this.#served.blocks(shape, ranges, rate)
    return { reply: { kind: 'data', encoding, sizeBytes: bytes.byteLength }, body: bytes }
  }

  async #side(): Promise<Answer> {
    const offer = await this.#served.side()
    return { reply: offer === undefined ? { kind: 'no-side' } : { kind: 'side', ...offer } }
  }

  async #patch(
    shape: PartShape,
    ranges: readonly BlockRange[],
    rate: number,
    signatures: Uint8Array
  ): Promise<Answer | BlocksRefusal> {
    const tooMany = moreThanFit(ranges)
    if (tooMany !== undefined) return tooMany
    const { encoding, bytes, patchBytes } = await this.#served.patch(
      shape,
      ranges,
      rate,
      signatures
    )
    const sizeBytes = bytes.byteLength
    return { reply: { kind: 'patched', encoding, sizeBytes, patchBytes }, body: bytes }
  }

  async #judge(digests: readonly Hash[]): Promise<Answer | BlocksRefusal> {
    const challenge = this.#challenge
    if (challenge === undefined) return malformed("an 'answer' without a challenge")
    this.#challenge = undefined
    const receipt = await this.#served.judge(challenge, digests)
    return 'code' in receipt ? receipt : { reply: { kind: 'receipt', receipt } }
  }
}

function moreThanFit(ranges: readonly BlockRange[]): BlocksRefusal | undefined {
  const blocks = blocksIn(ranges)
  if (blocks <= FRAME_BLOCKS_MAX) return undefined
  return malformed(`${blocks} blocks at once, at most ${FRAME_BLOCKS_MAX} fit in an answer`)
}

function hashes(body: Uint8Array): Answer {
  return { reply: { kind: 'hashes', sizeBytes: body.byteLength }, body }
}

function single(pages: readonly number[]): readonly BlockRange[] {
  return pages.map(first => ({ first, count: 1 }))
}

function malformed(message: string): BlocksRefusal {
  return { code: 'MALFORMED', message }
}
