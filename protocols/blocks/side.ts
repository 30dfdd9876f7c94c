/**
 * The conversation on a connection of its own for blocks: the frames of the stream, and of its messages only `get`,
 * answered in their order by `data` ('plain') and the bytes, or by `refused` and the end.
 */
import {
  decodeMessage,
  encodeFrameLength,
  encodeMessage,
  FrameError,
  FrameReader
} from '../framing/index.ts'
import {
  BLOCKS_FRAME_BYTES_MAX,
  BLOCKS_REQUEST_BYTES_MAX,
  type BlockRange,
  type BlocksRefusal,
  blocksReply,
  blocksRequest,
  FRAME_BLOCKS_MAX,
  REPLY_BYTES_MAX
} from './messages.ts'
import type { PartShape } from './parts.ts'
import { blocksIn, partOf, rangeBytes } from './ranges.ts'
import { BlocksRefused } from './source.ts'

/** Questions that one side connection may have unanswered; a destination that asks more is refused. */
export const SIDE_QUESTIONS_MAX: number = 64

/** Blocks that a destination wants. */
export interface SideQuestion {
  readonly shape: PartShape
  readonly ranges: readonly BlockRange[]
}

interface Awaited {
  readonly sizeBytes: number
  readonly room: Uint8Array
  readonly resolve: (bytes: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** The destination's end. `send` gets frames; what comes is fed in, in pieces of any size. */
export class SideAsker {
  readonly #send: (frame: readonly Uint8Array[]) => void
  readonly #awaited: Awaited[] = []
  readonly #message = new Uint8Array(REPLY_BYTES_MAX)
  readonly #reader: FrameReader
  /** The message has come, its bytes come next. */
  #isBody = false
  #failure: Error | undefined

  constructor(send: (frame: readonly Uint8Array[]) => void) {
    this.#send = send
    this.#reader = new FrameReader({
      maxBytes: BLOCKS_FRAME_BYTES_MAX,
      room: bytes => this.#room(bytes),
      frame: body => this.#frame(body)
    })
  }

  /** The blocks in a row, unchecked, in `room`. Rejects with `BlocksRefused`, `FrameError`, or what `fail` was given. */
  ask({ shape, ranges }: SideQuestion, room: Uint8Array): Promise<Uint8Array> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const sizeBytes = ranges.reduce((sum, range) => sum + rangeBytes(shape, range), 0)
    return new Promise((resolve, reject) => {
      this.#awaited.push({ sizeBytes, room, resolve, reject })
      this.#send(
        framed(encodeMessage(blocksRequest, { kind: 'get', part: shape.name, ranges, rate: 0 }))
      )
    })
  }

  /** False when what came breaks the rules; every question has failed then. */
  feed(piece: Uint8Array): boolean {
    try {
      this.#reader.feed(piece)
      return true
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)))
      return false
    }
  }

  /** Ends everything that is asked, and whatever will be. */
  fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#awaited.splice(0)) reject(this.#failure)
  }

  #room(bytes: number): Uint8Array {
    const room = this.#isBody ? this.#awaited[0]?.room : this.#message
    if (room !== undefined && bytes <= room.byteLength) return room
    throw new FrameError('OVERSIZED', `a frame of ${bytes} bytes, which nobody has asked for`)
  }

  #frame(body: Uint8Array): void {
    const [first] = this.#awaited
    if (first === undefined) throw new FrameError('MALFORMED', 'an answer without a question')
    if (!this.#isBody) {
      this.#requireData(body, first)
      this.#isBody = true
      return
    }
    this.#isBody = false
    if (body.byteLength !== first.sizeBytes) throw wrongLength(body.byteLength, first)
    this.#awaited.shift()
    first.resolve(body)
  }

  #requireData(body: Uint8Array, awaited: Awaited): void {
    const reply = decodeMessage(blocksReply, body)
    if (reply.kind === 'refused') throw new BlocksRefused(reply)
    if (reply.kind !== 'data' || reply.encoding !== 'plain')
      throw new FrameError('MALFORMED', `'${reply.kind}' on a side connection`)
    if (reply.sizeBytes !== awaited.sizeBytes) throw wrongLength(reply.sizeBytes, awaited)
  }
}

/** The origin's end: questions out of what comes, fed in in pieces of any size. */
export class SideListener {
  readonly #parts: readonly PartShape[]
  readonly #reader: FrameReader
  readonly #message = new Uint8Array(BLOCKS_REQUEST_BYTES_MAX)

  constructor(parts: readonly PartShape[], asked: (question: SideQuestion) => void) {
    this.#parts = parts
    this.#reader = new FrameReader({
      maxBytes: BLOCKS_REQUEST_BYTES_MAX,
      room: () => this.#message,
      frame: body => asked(this.#question(body))
    })
  }

  /** Undefined, or why the connection must end. */
  feed(piece: Uint8Array): BlocksRefusal | undefined {
    try {
      this.#reader.feed(piece)
      return undefined
    } catch (error) {
      if (error instanceof BlocksRefused) return error.refusal
      if (!(error instanceof FrameError)) throw error
      return { code: 'MALFORMED', message: error.message }
    }
  }

  #question(body: Uint8Array): SideQuestion {
    const request = decodeMessage(blocksRequest, body)
    if (request.kind !== 'get')
      throw new FrameError('MALFORMED', `'${request.kind}' on a side connection`)
    const { part, ranges } = request
    const blocks = blocksIn(ranges)
    if (blocks > FRAME_BLOCKS_MAX) {
      const message = `a 'get' of ${blocks} blocks, at most ${FRAME_BLOCKS_MAX} fit in an answer`
      throw new FrameError('MALFORMED', message)
    }
    const shape = partOf(this.#parts, part, ranges)
    if (typeof shape === 'string') throw new BlocksRefused({ code: 'OUT_OF_RANGE', message: shape })
    return { shape, ranges }
  }
}

/** The frames of an answer: the message, and then the bytes. */
export function sideAnswer(bytes: Uint8Array): readonly Uint8Array[] {
  const reply = { kind: 'data', encoding: 'plain', sizeBytes: bytes.byteLength } as const
  return [...framed(encodeMessage(blocksReply, reply)), ...framed(bytes)]
}

export function sideRefusal(refusal: BlocksRefusal): readonly Uint8Array[] {
  return framed(encodeMessage(blocksReply, { kind: 'refused', ...refusal }))
}

function framed(body: Uint8Array): readonly Uint8Array[] {
  return [encodeFrameLength(body.byteLength), body]
}

function wrongLength(bytes: number, { sizeBytes }: Awaited): FrameError {
  return new FrameError('MALFORMED', `${bytes} bytes for blocks of ${sizeBytes} bytes`)
}
