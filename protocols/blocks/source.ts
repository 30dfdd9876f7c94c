/** The destination's side of `blocks`: it asks, several questions ahead, and gets answers in the same order. */
import type { Stream } from '@libp2p/interface'
import type { Hash, SignedReceipt, Uuid } from '../../ledger/index.ts'
import { expectMessage, FrameError, type Frames, frames, sendMessage } from '../framing/index.ts'
import { type ChannelOptions, PULLING } from './channel.ts'
import { HASH_BYTES } from './manifest.ts'
import {
  type BlockRange,
  type BlocksRefusal,
  type BlocksReply,
  type BlocksRequest,
  blocksReply,
  blocksRequest,
  type Challenge,
  type Encoding,
  type Outline,
  type SideOffer
} from './messages.ts'
import type { PartShape } from './parts.ts'
import { patchBounds } from './patch.ts'
import { rangeBytes, requireLength } from './ranges.ts'

/** The origin said no. */
export class BlocksRefused extends Error {
  override readonly name: string = 'BlocksRefused'
  readonly refusal: BlocksRefusal
  constructor(refusal: BlocksRefusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** Bytes as they travelled. */
export interface Packed {
  readonly encoding: Encoding
  readonly bytes: Uint8Array
  /** How long they are unpacked. */
  readonly sizeBytes: number
}

/**
 * One stream to the origin. Everything throws `BlocksRefused` or `FrameError`; nothing is checked but lengths. Calls
 * may overlap: questions leave in the order of the calls, and answers come in that order.
 */
export interface BlocksSource {
  /** First of all. What the origin claims. */
  hello(machine: Uuid, migration: Hash): Promise<Outline>
  /** 32 bytes for each of the pages [first, first + count), at most `PAGE_ROOTS_MAX`. */
  pageRoots(shape: PartShape, first: number, count: number): Promise<Uint8Array>
  /** 32 bytes for each of the `leafCount` blocks of these pages, at most `LEAF_PAGES_MAX` pages. */
  leaves(shape: PartShape, pages: readonly number[], leafCount: number): Promise<Uint8Array>
  /** For `ChangesReader`; undefined if the origin knows that base no more. */
  changes(shape: PartShape, base: Hash, pages: readonly number[]): Promise<Uint8Array | undefined>
  /**
   * Blocks of these ranges in a row, at most `FRAME_BLOCKS_MAX`; `rate` as in the message. They come in `room` where it
   * is large enough.
   */
  blocks(
    shape: PartShape,
    ranges: readonly BlockRange[],
    rate: number,
    room?: Uint8Array
  ): Promise<Packed>
  /**
   * What changes bytes with these signatures into those blocks; else as `blocks`. `sizeBytes` is that of the patch, which
   * can be one for so many bytes.
   */
  patch(
    shape: PartShape,
    ranges: readonly BlockRange[],
    rate: number,
    signatures: Uint8Array
  ): Promise<Packed>
  /** Where the origin takes `get` questions besides; undefined if nowhere. */
  side(): Promise<SideOffer | undefined>
  /** Says that every byte is here, answers the challenge, and gets the receipt. */
  prove(answer: (challenge: Challenge) => Promise<readonly Hash[]>): Promise<SignedReceipt>
  /** Never rejects. */
  close(): Promise<void>
}

export function blocksSource(stream: Stream, options: ChannelOptions = {}): BlocksSource {
  return new StreamSource(frames(stream, { ...options, ...PULLING }))
}

type Reply<K> = Extract<BlocksReply, { readonly kind: K }>

class StreamSource implements BlocksSource {
  readonly #channel: Frames
  /** When the answers to all questions so far have been read. */
  #answered: Promise<unknown> = Promise.resolve()

  constructor(channel: Frames) {
    this.#channel = channel
  }

  async hello(machine: Uuid, migration: Hash): Promise<Outline> {
    return this.#ask({ kind: 'hello', machine, migration }, () => this.#next('outline'))
  }

  async pageRoots(shape: PartShape, first: number, count: number): Promise<Uint8Array> {
    const bytes = await this.#hashes({ kind: 'pages', part: shape.name, first, count })
    return requireLength(bytes, count * HASH_BYTES, 'page roots')
  }

  async leaves(shape: PartShape, pages: readonly number[], leafCount: number): Promise<Uint8Array> {
    const bytes = await this.#hashes({ kind: 'leaves', part: shape.name, pages })
    return requireLength(bytes, leafCount * HASH_BYTES, 'leaf hashes')
  }

  changes(shape: PartShape, base: Hash, pages: readonly number[]): Promise<Uint8Array | undefined> {
    return this.#ask({ kind: 'changes', part: shape.name, base, pages }, async () => {
      const reply = await this.#next('hashes', 'no-base')
      return reply.kind === 'hashes' ? this.#body(reply.sizeBytes) : undefined
    })
  }

  async blocks(
    shape: PartShape,
    ranges: readonly BlockRange[],
    rate: number,
    room?: Uint8Array
  ): Promise<Packed> {
    const sizeBytes = ranges.reduce((sum, range) => sum + rangeBytes(shape, range), 0)
    return this.#ask({ kind: 'get', part: shape.name, ranges, rate }, async () => {
      const reply = await this.#next('data')
      const { encoding } = reply
      // Checked before the bytes are read: what came plain has its length, what came packed is no longer.
      if (encoding === 'plain' ? reply.sizeBytes !== sizeBytes : reply.sizeBytes > sizeBytes) {
        const message = `${reply.sizeBytes} bytes (${encoding}) for blocks of ${sizeBytes} bytes`
        throw new FrameError('MALFORMED', message)
      }
      return { encoding, sizeBytes, bytes: await this.#body(reply.sizeBytes, room) }
    })
  }

  side(): Promise<SideOffer | undefined> {
    return this.#ask({ kind: 'side' }, async () => {
      const reply = await this.#next('side', 'no-side')
      return reply.kind === 'side' ? reply : undefined
    })
  }

  patch(
    shape: PartShape,
    ranges: readonly BlockRange[],
    rate: number,
    signatures: Uint8Array
  ): Promise<Packed> {
    const wanted = ranges.reduce((sum, range) => sum + rangeBytes(shape, range), 0)
    const { least, most } = patchBounds(wanted)
    const read = async (): Promise<Packed> => {
      const { encoding, sizeBytes, patchBytes } = await this.#next('patched')
      const isPatch = patchBytes >= least && patchBytes <= most
      const fits = encoding === 'plain' ? sizeBytes === patchBytes : sizeBytes <= patchBytes
      if (!isPatch || !fits) {
        const message = `${sizeBytes} bytes (${encoding}) for a patch of ${patchBytes} to ${wanted} bytes`
        throw new FrameError('MALFORMED', message)
      }
      return { encoding, sizeBytes: patchBytes, bytes: await this.#body(sizeBytes) }
    }
    return this.#ask({ kind: 'patch', part: shape.name, ranges, rate }, read, signatures)
  }

  async prove(answer: (challenge: Challenge) => Promise<readonly Hash[]>): Promise<SignedReceipt> {
    const challenge = await this.#ask({ kind: 'complete' }, () => this.#next('challenge'))
    const digests = await answer(challenge)
    const { receipt } = await this.#ask({ kind: 'answer', digests }, () => this.#next('receipt'))
    return receipt
  }

  close(): Promise<void> {
    return this.#channel.finish()
  }

  #hashes(request: BlocksRequest): Promise<Uint8Array> {
    return this.#ask(request, async () => this.#body((await this.#next('hashes')).sizeBytes))
  }

  /** After the first failure no answer can be told from another: every later question fails as well. */
  async #ask<T>(request: BlocksRequest, read: () => Promise<T>, body?: Uint8Array): Promise<T> {
    const message = sendMessage(this.#channel, blocksRequest, request)
    // Handed over in the same turn, so that no other question comes between.
    const sent = body === undefined ? message : Promise.all([message, this.#channel.write(body)])
    const answer = Promise.all([this.#answered, sent]).then(read)
    this.#answered = answer
    // Whoever asked hears of the failure; the chain must not end the process besides.
    answer.catch(() => undefined)
    return answer
  }

  async #next<K extends BlocksReply['kind']>(...kinds: readonly K[]): Promise<Reply<K>> {
    const reply = await expectMessage(this.#channel, blocksReply)
    if (reply.kind === 'refused') throw new BlocksRefused(reply)
    if (isKind(reply, kinds)) return reply
    throw new FrameError('MALFORMED', `'${reply.kind}' came instead of '${kinds.join(' or ')}'`)
  }

  async #body(sizeBytes: number, room?: Uint8Array): Promise<Uint8Array> {
    const bytes = await this.#channel.read(room)
    if (bytes === null) throw new FrameError('MALFORMED', 'the stream ended before its bytes')
    return requireLength(bytes, sizeBytes, 'an announced frame')
  }
}

function isKind<K extends BlocksReply['kind']>(
  reply: BlocksReply,
  kinds: readonly K[]
): reply is Reply<K> {
  return kinds.some(kind => reply.kind === kind)
}
