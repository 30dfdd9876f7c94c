/** The one place where `blocks` touches a stream: the destination pulls, the origin serves. */
import type { Stream } from '@libp2p/interface'
import type { Hash, SignedReceipt, Uuid } from '../../ledger/index.ts'
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
  BLOCKS_FRAME_BYTES_MAX,
  BLOCKS_REQUEST_BYTES_MAX,
  type BlocksRefusal,
  type BlocksReply,
  type BlocksRequest,
  blocksReply,
  blocksRequest,
  type Challenge,
  type Manifest
} from './messages.ts'
import type { PartName, PartShape } from './parts.ts'
import { type BlockRange, type BlockRun, expectRun, getsFor, partOfGet, runBlocks } from './runs.ts'

export type ChannelOptions = Omit<FrameOptions, 'maxBytes'>

const PULLING = { maxBytes: BLOCKS_FRAME_BYTES_MAX, maxWriteBytes: BLOCKS_REQUEST_BYTES_MAX }
const SERVING = { maxBytes: BLOCKS_REQUEST_BYTES_MAX, maxWriteBytes: BLOCKS_FRAME_BYTES_MAX }

/** GETs on their way at once: the origin reads the next blocks while the last ones travel. */
const GETS_AHEAD = 2

/** The origin said no. */
export class BlocksRefused extends Error {
  override readonly name: string = 'BlocksRefused'
  readonly refusal: BlocksRefusal
  constructor(refusal: BlocksRefusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** The destination's side of one move. Everything throws `BlocksRefused` or `FrameError`. */
export interface BlocksSource {
  /** First of all. What the origin claims; its root must be the ledger's. */
  hello(machine: Uuid, migration: Hash): Promise<Manifest>
  /** Runs in order that cover exactly this range; nothing in them is checked but their places. */
  runs(part: PartShape, range: BlockRange): AsyncGenerator<BlockRun, void, void>
  /** Says that every byte is here, answers the challenge, and gets the receipt. */
  prove(answer: (challenge: Challenge) => Promise<readonly Hash[]>): Promise<SignedReceipt>
  /** Never rejects. */
  close(): Promise<void>
}

export function blocksSource(stream: Stream, options: ChannelOptions = {}): BlocksSource {
  const channel = frames(stream, { ...options, ...PULLING })
  const next = async <K extends BlocksReply['kind']>(kind: K): Promise<Reply<K>> => {
    const reply = accepted(await expectMessage(channel, blocksReply))
    if (isKind(reply, kind)) return reply
    throw new FrameError('MALFORMED', `'${reply.kind}' came instead of '${kind}'`)
  }
  return {
    async hello(machine, migration) {
      await ask(channel, { kind: 'hello', machine, migration })
      return next('manifest')
    },
    runs: (part, range) => pullRuns(channel, part, range),
    async prove(answer) {
      await ask(channel, { kind: 'complete' })
      await ask(channel, { kind: 'answer', digests: await answer(await next('challenge')) })
      return (await next('receipt')).receipt
    },
    close: () => channel.finish()
  }
}

async function* pullRuns(
  channel: Frames,
  part: PartShape,
  range: BlockRange
): AsyncGenerator<BlockRun, void, void> {
  const gets = getsFor(range)
  let asked = 0
  for (const [at, get] of gets.entries()) {
    for (; asked < gets.length && asked < at + GETS_AHEAD; asked++) {
      const { first, count } = gets[asked] ?? get
      await ask(channel, { kind: 'get', part: part.name, first, count })
    }
    const end = get.first + get.count
    for (let next = get.first; next < end; ) {
      const run = await readRun(channel, part, { next, end })
      next += runBlocks(run)
      yield run
    }
  }
}

async function readRun(
  channel: Frames,
  part: PartShape,
  range: { readonly next: number; readonly end: number }
): Promise<BlockRun> {
  const reply = accepted(await expectMessage(channel, blocksReply))
  const place = expectRun(reply, part, range)
  if (place.kind === 'zeros') return place
  const bytes = await channel.read()
  if (bytes?.byteLength === place.sizeBytes) return { kind: 'data', first: place.first, bytes }
  const found = bytes === null ? 'the end of the stream' : `${bytes.byteLength} bytes`
  throw new FrameError('MALFORMED', `${found} came, ${place.sizeBytes} bytes were announced`)
}

type Reply<K> = Extract<BlocksReply, { readonly kind: K }>

function isKind<K extends BlocksReply['kind']>(reply: BlocksReply, kind: K): reply is Reply<K> {
  return reply.kind === kind
}

function accepted(reply: BlocksReply): BlocksReply {
  if (reply.kind === 'refused') throw new BlocksRefused(reply)
  return reply
}

function ask(channel: Frames, request: BlocksRequest): Promise<void> {
  return sendMessage(channel, blocksRequest, request)
}

/** One machine ready to be pulled. */
export interface ServedMachine {
  readonly manifest: Manifest
  /** Runs in order that cover exactly this range, at most `FRAME_BLOCKS_MAX` blocks of data each; bytes must not change afterwards. */
  runs(part: PartShape, range: BlockRange): AsyncIterable<BlockRun>
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
    await reply(channel, { kind: 'manifest', ...served.manifest })
    return await serveRequests(channel, served)
  } finally {
    await served.close()
  }
}

async function serveRequests(
  channel: Frames,
  served: ServedMachine
): Promise<BlocksRefusal | undefined> {
  let challenge: Challenge | undefined
  for (;;) {
    const request = await readMessage(channel, blocksRequest)
    if (request === null) return undefined
    switch (request.kind) {
      case 'hello':
        return malformed("a second 'hello' on one stream")
      case 'get': {
        const part = partOfGet(served.manifest.parts, request)
        if (typeof part === 'string') return { code: 'OUT_OF_RANGE', message: part }
        for await (const run of served.runs(part, request)) {
          await sendRun(channel, part.name, run)
        }
        break
      }
      case 'complete':
        challenge = served.challenge()
        await reply(channel, { kind: 'challenge', ...challenge })
        break
      case 'answer': {
        if (challenge === undefined) return malformed("an 'answer' without a challenge")
        const receipt = await served.judge(challenge, request.digests)
        challenge = undefined
        if ('code' in receipt) return receipt
        await reply(channel, { kind: 'receipt', receipt })
      }
    }
  }
}

async function sendRun(channel: Frames, part: PartName, run: BlockRun): Promise<void> {
  if (run.kind === 'zeros') return reply(channel, { part, ...run })
  const { first, bytes } = run
  await reply(channel, { kind: 'data', part, first, sizeBytes: bytes.byteLength })
  await channel.write(bytes)
}

function reply(channel: Frames, message: BlocksReply): Promise<void> {
  return sendMessage(channel, blocksReply, message)
}

function malformed(message: string): BlocksRefusal {
  return { code: 'MALFORMED', message }
}
