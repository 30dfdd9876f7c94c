import type { FileHandle } from 'node:fs/promises'
import { writeExactly } from '../file-bytes.ts'
import { type MemoryPage, MigrationReader, PAGE_BYTES } from './migration-reader.ts'
import { writeFrame } from './page-file.ts'
import { PageSet } from './page-set.ts'

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
  await writeFrame(file, { frame: reader.end(), holding: pages.holding })
}

class PageWriter {
  /** Pages that are not zero. One that comes again as zeros must overwrite what is there. */
  readonly holding: PageSet = new PageSet()
  readonly #file: FileHandle
  readonly #run: Buffer = Buffer.allocUnsafe(RUN_BYTES)
  #offset = 0
  #length = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** False when what has been gathered must be written first. */
  put({ offset, bytes }: MemoryPage): boolean {
    if (bytes === undefined && !this.holding.has(offset)) return true
    const isNext = this.#length === 0 || offset === this.#offset + this.#length
    if (!isNext || this.#length === RUN_BYTES) return false
    if (this.#length === 0) this.#offset = offset
    if (bytes === undefined) {
      this.#run.fill(0, this.#length, this.#length + PAGE_BYTES)
      this.holding.remove(offset)
    } else {
      this.#run.set(bytes, this.#length)
      this.holding.add(offset)
    }
    this.#length += PAGE_BYTES
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
