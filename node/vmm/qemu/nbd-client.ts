import type { Socket } from 'node:net'
import type { Extent } from '../vmm.ts'
import { ByteReader } from './byte-reader.ts'
import {
  COMMANDS,
  type Descriptors,
  decodeDescriptors,
  decodeMetaContext,
  decodeOptionReply,
  decodeReplyHeader,
  encodeGo,
  encodeMetaContexts,
  encodeOption,
  encodeRequest,
  headerLength,
  INFO_EXPORT,
  OPTION_ACK,
  OPTIONS,
  REQUEST_MAX_BYTES,
  type ReplyHeader,
  SERVER_MAGIC
} from './nbd-codec.ts'

interface Pending {
  readonly offset: number
  readonly into: Uint8Array
  readonly descriptors: Descriptors[]
  error: number
  resolve(): void
  reject(error: Error): void
}

/** Asked for at once; a request's length has 32 bits. */
const STATUS_MAX_BYTES = 2 ** 30
const ZERO_MAX_BYTES = 2 ** 30

const FLAG_ZERO = 2
const FLAG_DIRTY = 1

const NOTHING = new Uint8Array()

const ALLOCATION = 'base:allocation'

/** Flags of the handshake: fixed newstyle, no zeroes after the export. */
const CLIENT_FLAGS = 3

const ENOSPC = 28

/** A client of one disk. Requests may overlap; each resolves when its own answer is complete. */
export class NbdClient {
  readonly sizeBytes: number
  readonly #socket: Socket
  readonly #reader: ByteReader
  /** Numbers of the contexts that were agreed on. */
  readonly #contexts: ReadonlyMap<string, number>
  readonly #pending = new Map<bigint, Pending>()
  #cookie = 0n

  private constructor(
    socket: Socket,
    reader: ByteReader,
    sizeBytes: number,
    contexts: ReadonlyMap<string, number>
  ) {
    this.#contexts = contexts
    this.#socket = socket
    this.#reader = reader
    this.sizeBytes = sizeBytes
    this.#listen().catch((error: unknown) => this.#fail(error))
  }

  /** `bitmap` is the name of a dirty bitmap that the server exports beside the disk. */
  static async open(socket: Socket, bitmap?: string): Promise<NbdClient> {
    const reader = new ByteReader(socket)
    const greeting = await reader.take(18)
    if (greeting.toString('latin1', 0, 16) !== SERVER_MAGIC) throw new Error('Not an NBD server.')
    const flags = Buffer.alloc(4)
    flags.writeUInt32BE(CLIENT_FLAGS)
    socket.write(flags)
    await negotiate(socket, reader, OPTIONS.structuredReplies, NOTHING)
    const wanted = bitmap === undefined ? [ALLOCATION] : [ALLOCATION, dirtyContext(bitmap)]
    const option = encodeMetaContexts(wanted)
    const agreed = await negotiate(socket, reader, OPTIONS.setMetaContext, option)
    const contexts = new Map(
      agreed.map(decodeMetaContext).map(({ id, name }) => [name, id] as const)
    )
    const answers = await negotiate(socket, reader, OPTIONS.go, encodeGo())
    const size = answers.find(each => each.length >= 10 && each.readUInt16BE(0) === INFO_EXPORT)
    if (size === undefined) throw new Error('The NBD server did not tell the size of the disk.')
    return new NbdClient(socket, reader, Number(size.readBigUInt64BE(2)), contexts)
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const result = new Uint8Array(length)
    await this.readInto(offset, result)
    return result
  }

  /** Fills `target` with the bytes from `offset` on. */
  async readInto(offset: number, target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.length; at += REQUEST_MAX_BYTES) {
      const into = target.subarray(at, at + REQUEST_MAX_BYTES)
      await this.#ask(COMMANDS.read, offset + at, into.length, into)
    }
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += REQUEST_MAX_BYTES) {
      const piece = bytes.subarray(at, at + REQUEST_MAX_BYTES)
      await this.#ask(COMMANDS.write, offset + at, piece.length, NOTHING, piece)
    }
  }

  /** Each piece, of at most `REQUEST_MAX_BYTES`, at its place; all requests leave together. */
  async writeAll(
    pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[]
  ): Promise<void> {
    this.#socket.cork()
    const answers = pieces.map(({ offset, bytes }) =>
      this.#ask(COMMANDS.write, offset, bytes.length, NOTHING, bytes)
    )
    this.#socket.uncork()
    await Promise.all(answers)
  }

  async flush(): Promise<void> {
    await this.#ask(COMMANDS.flush, 0, 0, NOTHING)
  }

  async zero(offset: number, length: number): Promise<void> {
    for (let at = 0; at < length; at += ZERO_MAX_BYTES) {
      const piece = Math.min(ZERO_MAX_BYTES, length - at)
      await this.#ask(COMMANDS.zero, offset + at, piece, NOTHING)
    }
  }

  /** The extents that are not known to be zero, neighbours joined. */
  async extents(within?: Extent): Promise<readonly Extent[]> {
    return await this.#walk(ALLOCATION, within, flags => (flags & FLAG_ZERO) === 0)
  }

  /** The extents that a bitmap has for dirty, neighbours joined. */
  async dirty(bitmap: string, within?: Extent): Promise<readonly Extent[]> {
    return await this.#walk(dirtyContext(bitmap), within, flags => (flags & FLAG_DIRTY) !== 0)
  }

  async #walk(
    context: string,
    { offset, length }: Extent = { offset: 0, length: this.sizeBytes },
    isWanted: (flags: number) => boolean
  ): Promise<readonly Extent[]> {
    const id = this.#contexts.get(context)
    if (id === undefined) throw new Error(`The NBD server does not offer ${context}.`)
    const found: Extent[] = []
    const end = offset + length
    for (let at = offset; at < end; ) {
      const asked = Math.min(end - at, STATUS_MAX_BYTES)
      const answer = await this.#ask(COMMANDS.blockStatus, at, asked, NOTHING)
      const told = answer.descriptors.find(each => each.context === id)?.extents ?? []
      if (told.length === 0) throw new Error('The NBD server told nothing about the disk.')
      for (const descriptor of told) {
        const extent = { offset: at, length: Math.min(descriptor.length, end - at) }
        if (extent.length <= 0) throw new Error('The NBD server told of an empty extent.')
        if (isWanted(descriptor.flags)) join(found, extent)
        at += extent.length
      }
    }
    return found
  }

  /** Says goodbye; the server ends when it has written out the disk. */
  end(): void {
    this.#socket.end(encodeRequest(COMMANDS.disconnect, 0n, 0, 0))
  }

  async #ask(
    command: number,
    offset: number,
    length: number,
    into: Uint8Array,
    payload?: Uint8Array
  ): Promise<Pending> {
    if (this.#socket.destroyed) throw new Error('The connection to the disk is closed.')
    this.#cookie += 1n
    const cookie = this.#cookie
    const request = encodeRequest(command, cookie, offset, length)
    return await new Promise((resolve, reject) => {
      const pending: Pending = {
        offset,
        into,
        descriptors: [],
        error: 0,
        resolve: () => resolve(pending),
        reject
      }
      this.#pending.set(cookie, pending)
      this.#socket.write(request)
      if (payload !== undefined) this.#socket.write(payload)
    })
  }

  async #listen(): Promise<void> {
    for (;;) {
      const magic = await this.#reader.take(4)
      const rest = await this.#reader.take(headerLength(magic.readUInt32BE(0)) - 4)
      const header = decodeReplyHeader(Buffer.concat([magic, rest]))
      const pending = this.#pending.get(header.cookie)
      if (pending === undefined) throw new Error('The NBD server answered what was not asked.')
      if (header.type === 'data') await this.#take(header, pending)
      else this.#answer(header, pending, await this.#reader.take(header.length))
      if (header.isLast) this.#end(header, pending)
    }
  }

  /** Data chunks carry their place on the disk. */
  async #take({ length }: ReplyHeader, pending: Pending): Promise<void> {
    const place = await this.#reader.take(Math.min(8, length))
    const at = length < 8 ? -1n : place.readBigUInt64BE(0)
    await this.#reader.takeInto(placeOf(pending, at, length - 8))
  }

  #answer(header: ReplyHeader, pending: Pending, payload: Buffer): void {
    if (header.error !== 0) pending.error = header.error
    if (header.type === 'hole') {
      placeOf(pending, payload.readBigUInt64BE(0), payload.readUInt32BE(8)).fill(0)
    }
    if (header.type === 'error') pending.error = payload.readUInt32BE(0)
    if (header.type === 'blockStatus') pending.descriptors.push(decodeDescriptors(payload))
  }

  #end(header: ReplyHeader, pending: Pending): void {
    this.#pending.delete(header.cookie)
    if (pending.error === 0) pending.resolve()
    else pending.reject(nbdError(pending.error))
  }

  #fail(error: unknown): void {
    this.#socket.destroy()
    for (const pending of this.#pending.values()) {
      pending.reject(new Error('The connection to the disk broke.', { cause: error }))
    }
    this.#pending.clear()
  }
}

/** Where that piece of the disk lies in the memory that was asked for. */
function placeOf({ offset, into }: Pending, from: bigint, length: number): Uint8Array {
  const at = Number(from) - offset
  if (at >= 0 && at + length <= into.length) return into.subarray(at, at + length)
  throw new Error('The NBD server sent data that was not asked for.')
}

function dirtyContext(bitmap: string): string {
  return `qemu:dirty-bitmap:${bitmap}`
}

function nbdError(errno: number): Error {
  const error = new Error(`The disk refused with error ${errno}.`)
  return errno === ENOSPC ? Object.assign(error, { code: 'ENOSPC' }) : error
}

function join(found: Extent[], next: Extent): void {
  const last = found.at(-1)
  if (last === undefined || last.offset + last.length !== next.offset) {
    found.push(next)
    return
  }
  found[found.length - 1] = { offset: last.offset, length: last.length + next.length }
}

/** Answers one option may have before its acknowledgement: the export's size and a few more. */
const ANSWERS_MAX = 16

async function negotiate(
  socket: Socket,
  reader: ByteReader,
  option: number,
  data: Uint8Array
): Promise<Buffer[]> {
  socket.write(encodeOption(option, data))
  const answers = []
  for (let count = 0; count < ANSWERS_MAX; count += 1) {
    const reply = decodeOptionReply(await reader.take(20))
    const payload = await reader.take(reply.length)
    if (reply.type === OPTION_ACK) return answers
    if (reply.option !== option || reply.type >= 2 ** 31) {
      throw new Error(`The NBD server refused option ${option}.`)
    }
    answers.push(payload)
  }
  throw new Error(`The NBD server did not end its answers to option ${option}.`)
}
