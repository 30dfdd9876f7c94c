import type { OnReadOpts } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import {
  BLOCK_BYTES,
  blockLength,
  FRAME_BLOCKS_MAX,
  HASH_BYTES,
  leafHash,
  rangeBytes,
  SideAsker,
  sameHash
} from '../../protocols/blocks/index.ts'
import { nodeCrypto } from '../crypto/index.ts'
import { type OpenDoor, openDoor } from '../vmm/index.ts'
import type { ConnectWish, FetchWish } from './calls.ts'
import { IDLE_MS, keyOf, TLS_WAY } from './tls-way.ts'

/** A block came that is not the one its leaf speaks of. */
export class BlockMismatch extends Error {
  override readonly name: string = 'BlockMismatch'
}

/** An origin that does not answer the call is behind a wall that the stream has found a way through. */
const CONNECT_MS = 3_000
/** The thread reads so much at once; a record of TLS has 16 KiB. */
const READ_BYTES = 65_536

/** A destination's connection to an origin: asks, checks each block, and writes it. */
export class Line {
  readonly #socket: TLSSocket
  readonly #asker: SideAsker
  readonly #doors = new Map<string, Promise<OpenDoor>>()
  /** To take a new one for each answer cost more than to fill it. */
  readonly #rooms: Uint8Array[] = []
  readonly #writing = new Set<Promise<void>>()
  #isOver = false

  private constructor(socket: TLSSocket, asker: SideAsker) {
    this.#socket = socket
    this.#asker = asker
  }

  static async open({ host, offer }: ConnectWish): Promise<Line> {
    const options: ConnectionOptions & { onread: OnReadOpts } = {
      host,
      port: offer.port,
      ...TLS_WAY,
      // Who holds the key is the origin: it came over its own stream. There is no certificate to look at.
      checkServerIdentity: () => undefined,
      pskCallback: () => ({ psk: keyOf(offer), identity: offer.identity }),
      onread: {
        buffer: new Uint8Array(READ_BYTES),
        callback: (bytes, buffer) => {
          if (!asker.feed(buffer.subarray(0, bytes))) socket.destroy()
          return true
        }
      }
    }
    const socket = connect(options)
    const asker = new SideAsker(frame => {
      socket.cork()
      for (const bytes of frame) socket.write(bytes)
      socket.uncork()
    })
    const line = new Line(socket, asker)
    try {
      await line.#greet()
      return line
    } catch (error) {
      await line.close()
      throw error
    }
  }

  /** Milliseconds from the question to the last byte. Throws `BlockMismatch`, and what the connection or the disk says. */
  async fetch({ door, shape, ranges, leaves }: FetchWish): Promise<number> {
    const room = this.#rooms.pop() ?? new Uint8Array(FRAME_BLOCKS_MAX * BLOCK_BYTES)
    const beganMs = performance.now()
    const bytes = await this.#asker.ask({ shape, ranges }, room)
    const ms = performance.now() - beganMs
    const pieces = []
    let at = 0
    let nth = 0
    for (const range of ranges) {
      const length = rangeBytes(shape, range)
      const piece = bytes.subarray(at, at + length)
      requireLeaves(range.first, piece, { shape, leaves, nth })
      pieces.push({ offset: range.first * BLOCK_BYTES, bytes: piece })
      at += length
      nth += range.count
    }
    await this.#write(await this.#open(shape.name, door), pieces)
    this.#rooms.push(room)
    return ms
  }

  async close(): Promise<void> {
    this.#isOver = true
    this.#asker.fail(new Error('the line is over'))
    this.#socket.destroy()
    await Promise.allSettled(this.#writing)
    for (const door of await Promise.allSettled(this.#doors.values()))
      if (door.status === 'fulfilled') await door.value.close()
    this.#doors.clear()
  }

  #open(part: string, door: FetchWish['door']): Promise<OpenDoor> {
    const opened = this.#doors.get(part) ?? openDoor(door, 'write')
    this.#doors.set(part, opened)
    return opened
  }

  async #write(door: OpenDoor, pieces: Parameters<OpenDoor['write']>[0]): Promise<void> {
    if (this.#isOver) throw new Error('the line is over')
    const writing = door.write(pieces)
    this.#writing.add(writing)
    try {
      await writing
    } finally {
      this.#writing.delete(writing)
    }
  }

  #greet(): Promise<void> {
    const socket = this.#socket
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => socket.destroy(new Error('no answer')), CONNECT_MS)
      socket.once('secureConnect', () => {
        clearTimeout(late)
        socket.setTimeout(IDLE_MS, () => socket.destroy(new Error('nothing comes')))
        resolve()
      })
      let failure = new Error('the connection has ended')
      socket.on('error', error => {
        failure = error
      })
      socket.on('close', () => {
        clearTimeout(late)
        this.#asker.fail(failure)
        reject(failure)
      })
    })
  }
}

function requireLeaves(
  first: number,
  bytes: Uint8Array,
  { shape, leaves, nth }: { shape: FetchWish['shape']; leaves: Uint8Array; nth: number }
): void {
  let at = 0
  for (let index = first; at < bytes.byteLength; index++) {
    const length = blockLength(shape, index)
    const place = (nth + index - first) * HASH_BYTES
    const leaf = leaves.subarray(place, place + HASH_BYTES)
    if (!sameHash(leafHash(nodeCrypto, bytes.subarray(at, at + length)), leaf)) {
      const where = `block ${index} of ${shape.name}`
      throw new BlockMismatch(`${where} is not the block that the ledger's root speaks of`)
    }
    at += length
  }
}
