import type { FileHandle } from 'node:fs/promises'
import { writeExactly } from '../file-bytes.ts'
import { type MemoryPage, MigrationReader, PAGE_BYTES } from './migration-reader.ts'
import { writeFrame } from './page-file.ts'

/** Pages that follow each other are written together. */
const RUN_BYTES = 2 ** 20

/**
 * Puts a migration stream into an empty file, each page at its place. Zeros are holes. Throws UnknownStream for what
 * `MigrationReader` does not know; the file is of no use then.
 */
export async function savePages(
  stream: AsyncIterable<Buffer>,
  file: FileHandle,
  ramMaxBytes: number
): Promise<void> {
  const reader = new MigrationReader(ramMaxBytes)
  const pages = new PageWriter(file)
  for await (const chunk of stream) {
    for (const page of reader.push(chunk)) {
      if (!pages.put(page)) await pages.writeFor(page)
    }
  }
  await pages.flush()
  await writeFrame(file, reader.end())
}

class PageWriter {
  readonly #file: FileHandle
  readonly #run: Buffer = Buffer.allocUnsafe(RUN_BYTES)
  #offset = 0
  #length = 0
  /** Places that have been written: a page that comes again as zeros must overwrite them. */
  readonly #written = new PageSet()

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** False when what has been gathered must be written first. */
  put({ offset, bytes }: MemoryPage): boolean {
    if (bytes === undefined && !this.#written.has(offset)) return true
    const isNext = this.#length === 0 || offset === this.#offset + this.#length
    if (!isNext || this.#length === RUN_BYTES) return false
    if (this.#length === 0) this.#offset = offset
    if (bytes === undefined) this.#run.fill(0, this.#length, this.#length + PAGE_BYTES)
    else this.#run.set(bytes, this.#length)
    this.#length += PAGE_BYTES
    this.#written.add(offset)
    return true
  }

  async writeFor(page: MemoryPage): Promise<void> {
    await this.flush()
    this.put(page)
  }

  async flush(): Promise<void> {
    await writeExactly(this.#file, this.#offset, this.#run.subarray(0, this.#length))
    this.#length = 0
  }
}

const PLACE_PAGES = 256

/** A bit for each page, 256 of them at a time: 2 MiB for a memory of 64 GiB. */
class PageSet {
  readonly #places = new Map<number, Uint8Array>()

  add(offset: number): void {
    const { place, at, bit } = placeOf(offset)
    const bits = this.#places.get(place) ?? new Uint8Array(PLACE_PAGES / 8)
    bits[at] = (bits[at] ?? 0) | bit
    this.#places.set(place, bits)
  }

  has(offset: number): boolean {
    const { place, at, bit } = placeOf(offset)
    return ((this.#places.get(place)?.[at] ?? 0) & bit) !== 0
  }
}

function placeOf(offset: number): { place: number; at: number; bit: number } {
  const page = offset / PAGE_BYTES
  const within = page % PLACE_PAGES
  const place = (page - within) / PLACE_PAGES
  return { place, at: within >> 3, bit: 1 << (within & 7) }
}
