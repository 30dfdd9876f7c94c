/**
 * The part of the NBD protocol that a client of one disk needs (NBD project, doc/proto.md): fixed newstyle
 * handshake, structured replies, meta contexts. All numbers are big-endian.
 */

const OPTION_MAGIC = 'IHAVEOPT'
export const SERVER_MAGIC: string = 'NBDMAGICIHAVEOPT'
const OPTION_REPLY_MAGIC = 0x3e889045565a9n
const REQUEST_MAGIC = 0x25609513
const SIMPLE_REPLY_MAGIC = 0x67446698
const CHUNK_MAGIC = 0x668e33ef

export const OPTIONS = { go: 7, structuredReplies: 8, setMetaContext: 10 } as const
export const COMMANDS = {
  read: 0,
  write: 1,
  disconnect: 2,
  flush: 3,
  zero: 6,
  blockStatus: 7
} as const
export const OPTION_ACK: number = 1
export const INFO_EXPORT: number = 0

/** No answer to our questions has more than what we asked for and a few hundred bytes. */
export const PAYLOAD_MAX_BYTES: number = 8 * 1024 * 1024

/** Bytes asked for at once; servers take at least 32 MiB. */
export const REQUEST_MAX_BYTES: number = 4 * 1024 * 1024

export function encodeOption(option: number, data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(16)
  header.write(OPTION_MAGIC, 'latin1')
  header.writeUInt32BE(option, 8)
  header.writeUInt32BE(data.length, 12)
  return Buffer.concat([header, data])
}

/** The default export, no further information asked for. */
export function encodeGo(): Uint8Array {
  return Buffer.alloc(6)
}

export function encodeMetaContexts(contexts: readonly string[]): Uint8Array {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(contexts.length, 4)
  const queries = contexts.map(context => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(context.length)
    return Buffer.concat([length, Buffer.from(context)])
  })
  return Buffer.concat([head, ...queries])
}

/** One answer to `setMetaContext`: the number that stands for a context from now on. */
export function decodeMetaContext(payload: Buffer): { readonly id: number; readonly name: string } {
  if (payload.length < 4) throw malformed('a meta context')
  return { id: payload.readUInt32BE(0), name: payload.toString('utf8', 4) }
}

export interface OptionReply {
  readonly option: number
  readonly type: number
  readonly length: number
}

/** From 20 bytes. */
export function decodeOptionReply(bytes: Buffer): OptionReply {
  if (bytes.readBigUInt64BE(0) !== OPTION_REPLY_MAGIC) throw malformed('an option reply')
  return {
    option: bytes.readUInt32BE(8),
    type: bytes.readUInt32BE(12),
    length: bounded(bytes.readUInt32BE(16))
  }
}

export function encodeRequest(
  command: number,
  cookie: bigint,
  offset: number,
  length: number
): Uint8Array {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt32BE(REQUEST_MAGIC, 0)
  bytes.writeUInt16BE(command, 6)
  bytes.writeBigUInt64BE(cookie, 8)
  bytes.writeBigUInt64BE(BigInt(offset), 16)
  bytes.writeUInt32BE(length, 24)
  return bytes
}

/** A header of an answer: `error` is 0 or an errno; `length` bytes of payload follow. */
export interface ReplyHeader {
  readonly cookie: bigint
  readonly isLast: boolean
  readonly type: ChunkType
  readonly length: number
  readonly error: number
}

export type ChunkType = 'none' | 'data' | 'hole' | 'blockStatus' | 'error'

export const SIMPLE_HEADER_BYTES: number = 16
export const CHUNK_HEADER_BYTES: number = 20

/** How long the header is that begins with these four bytes. */
export function headerLength(magic: number): number {
  if (magic === SIMPLE_REPLY_MAGIC) return SIMPLE_HEADER_BYTES
  if (magic === CHUNK_MAGIC) return CHUNK_HEADER_BYTES
  throw malformed('a reply')
}

export function decodeReplyHeader(bytes: Buffer): ReplyHeader {
  const cookie = bytes.readBigUInt64BE(8)
  if (bytes.readUInt32BE(0) === SIMPLE_REPLY_MAGIC) {
    return { cookie, isLast: true, type: 'none', length: 0, error: bytes.readUInt32BE(4) }
  }
  return {
    cookie,
    isLast: (bytes.readUInt16BE(4) & 1) === 1,
    type: chunkType(bytes.readUInt16BE(6)),
    length: bounded(bytes.readUInt32BE(16)),
    error: 0
  }
}

function chunkType(type: number): ChunkType {
  if (type === 0) return 'none'
  if (type === 1) return 'data'
  if (type === 2) return 'hole'
  if (type === 5) return 'blockStatus'
  if (type >= 0x8000) return 'error'
  throw malformed(`chunk type ${type}`)
}

function bounded(length: number): number {
  if (length > PAYLOAD_MAX_BYTES) throw malformed(`a payload of ${length} bytes`)
  return length
}

function malformed(what: string): Error {
  return new Error(`The NBD server sent ${what} that is not one.`)
}

export interface Descriptor {
  readonly length: number
  /** `base:allocation`: bit 1 known to read as zeros. `qemu:dirty-bitmap:`: bit 0 dirty. */
  readonly flags: number
}

export interface Descriptors {
  readonly context: number
  readonly extents: readonly Descriptor[]
}

/** The payload of a block status chunk: context id, then length and flags of each extent. */
export function decodeDescriptors(payload: Buffer): Descriptors {
  if (payload.length % 8 !== 4) throw malformed('a block status')
  const extents = []
  for (let at = 4; at + 8 <= payload.length; at += 8) {
    extents.push({ length: payload.readUInt32BE(at), flags: payload.readUInt32BE(at + 4) })
  }
  return { context: payload.readUInt32BE(0), extents }
}
