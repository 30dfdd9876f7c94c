/**
 * The answer to `changes`: for each page asked, how many leaves differ (2 bytes), then for each its place in the page
 * (1 byte) and its hash (32 bytes), places ascending.
 */
import { FrameError } from '../framing/index.ts'
import { countOf, HASH_BYTES, hashAt, sameHash } from './manifest.ts'

const COUNT_BYTES = 2
const ENTRY_BYTES = 1 + HASH_BYTES

/** What turns `base` (32 bytes each; it may be shorter or longer) into `target`. */
export function changesOfPage(base: Uint8Array, target: Uint8Array): Uint8Array {
  const places = []
  for (let at = 0; at < countOf(target); at++) {
    if (!sameHash(hashAt(base, at), hashAt(target, at))) places.push(at)
  }
  const bytes = new Uint8Array(COUNT_BYTES + places.length * ENTRY_BYTES)
  new DataView(bytes.buffer).setUint16(0, places.length)
  for (const [nth, place] of places.entries()) {
    const offset = COUNT_BYTES + nth * ENTRY_BYTES
    bytes[offset] = place
    bytes.set(hashAt(target, place), offset + 1)
  }
  return bytes
}

/** Reads the pages of one answer, one after the other. Every method throws `FrameError` MALFORMED. */
export class ChangesReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The `count` leaves of the next page, made from those of the base. */
  page(base: Uint8Array, count: number): Uint8Array {
    const leaves = new Uint8Array(count * HASH_BYTES)
    leaves.set(base.subarray(0, leaves.byteLength))
    const head = this.#take(COUNT_BYTES)
    const changed = ((head[0] ?? 0) << 8) | (head[1] ?? 0)
    let before = -1
    for (let nth = 0; nth < changed; nth++) {
      const entry = this.#take(ENTRY_BYTES)
      const place = entry[0] ?? 0
      if (place <= before || place >= count) throw malformed(`leaf ${place} is out of place`)
      before = place
      leaves.set(entry.subarray(1), place * HASH_BYTES)
    }
    return leaves
  }

  end(): void {
    const left = this.#bytes.byteLength - this.#at
    if (left !== 0) throw malformed(`${left} bytes follow the last page`)
  }

  #take(length: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    if (bytes.byteLength !== length) throw malformed('the changes end too early')
    this.#at += length
    return bytes
  }
}

function malformed(message: string): FrameError {
  return new FrameError('MALFORMED', message)
}
