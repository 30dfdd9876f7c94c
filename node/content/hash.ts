import type { Crypto } from '../../ledger/index.ts'
import {
  BLOCK_BYTES,
  blocksOf,
  HASH_BYTES,
  leafHash,
  PAGE_BLOCKS,
  type PartName,
  type PartShape,
  pageBlocks,
  pagesOf,
  ZeroHashes
} from '../../protocols/blocks/index.ts'
import type { MachineContent } from '../vmm/index.ts'
import { runsOf } from './runs.ts'

/** Takes the leaves of every page of a content. */
export interface PageSink {
  page(part: PartName, page: number, leaves: Uint8Array): Promise<void>
}

/** Reads every block that is not known to be a hole, and gives the pages in order. */
export async function hashContent(
  content: Pick<MachineContent, 'parts' | 'read' | 'extents'>,
  crypto: Crypto,
  sink: PageSink
): Promise<void> {
  const zeros = new ZeroHashes(crypto)
  for (const shape of content.parts) {
    const pages = new PageFiller(shape, zeros, sink)
    for await (const run of runsOf(content, shape, { first: 0, count: blocksOf(shape) })) {
      if (run.kind === 'zeros') continue
      for (let at = 0; at * BLOCK_BYTES < run.bytes.byteLength; at++) {
        const block = run.bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES)
        await pages.set(run.first + at, leafHash(crypto, block))
      }
    }
    await pages.end()
  }
}

/** Blocks come in ascending order; those that do not come are zero. */
class PageFiller {
  readonly #shape: PartShape
  readonly #zeros: ZeroHashes
  readonly #sink: PageSink
  #page = 0
  /** null while nothing but zeros has come of the page. */
  #leaves: Uint8Array | null = null

  constructor(shape: PartShape, zeros: ZeroHashes, sink: PageSink) {
    this.#shape = shape
    this.#zeros = zeros
    this.#sink = sink
  }

  async set(index: number, leaf: Uint8Array): Promise<void> {
    const page = Math.floor(index / PAGE_BLOCKS)
    if (page !== this.#page) await this.#upTo(page)
    this.#leaves ??= zeroLeaves(this.#shape, page, this.#zeros)
    this.#leaves.set(leaf, (index % PAGE_BLOCKS) * HASH_BYTES)
  }

  end(): Promise<void> {
    return this.#upTo(pagesOf(this.#shape))
  }

  async #upTo(page: number): Promise<void> {
    for (; this.#page < page; this.#page++) {
      const leaves = this.#leaves ?? zeroLeaves(this.#shape, this.#page, this.#zeros)
      this.#leaves = null
      await this.#sink.page(this.#shape.name, this.#page, leaves)
    }
  }
}

function zeroLeaves(shape: PartShape, page: number, zeros: ZeroHashes): Uint8Array {
  const count = pageBlocks(shape, page)
  const leaves = zeros.page.slice(0, count * HASH_BYTES)
  const last = zeros.leafOf(shape, page * PAGE_BLOCKS + count - 1)
  leaves.set(last, (count - 1) * HASH_BYTES)
  return leaves
}
