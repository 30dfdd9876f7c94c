import {
  BLOCK_BYTES,
  type BlockRange,
  type BlocksSource,
  countOf,
  extend,
  hashAt,
  LEAF_PAGES_MAX,
  PAGE_BLOCKS,
  type PartManifest,
  type PartShape,
  pageBlocks,
  rangeBytes,
  sameHash,
  workOfPage,
  ZeroHashes
} from '../../protocols/blocks/index.ts'
import { BlockPull } from './block-pull.ts'
import { type CheckedPart, PageRoots, requireRoot } from './checked-pages.ts'
import type { PullJob } from './job.ts'
import { bytesOf } from './leaves.ts'
import { leavesIn, rootsIn } from './methods.ts'
import type { ProgressMark } from './progress.ts'

/**
 * Pulls one content into a sink. `run` throws `ContentMismatch` when the origin sends what the ledger does not speak
 * of, and what the stream throws when it breaks: then `run` again with a new stream goes on where it stopped.
 */
export class Pull {
  readonly #job: PullJob
  readonly #zeros: ZeroHashes
  readonly #roots: PageRoots
  /** The first page of the first part that is not done. */
  #at = { part: 0, page: 0 }
  #mark: ProgressMark
  readonly #blocks: BlockPull

  constructor(job: PullJob) {
    this.#job = job
    this.#zeros = new ZeroHashes(job.crypto)
    this.#roots = job.pageRoots ?? new PageRoots(job.crypto, job.outline, job.root)
    this.#mark = job.meter.mark()
    this.#blocks = new BlockPull(job)
  }

  async run(source: BlocksSource): Promise<void> {
    void this.#job.side?.open(source)
    try {
      const { parts } = this.#roots
      while (this.#at.part < parts.length) {
        const part = parts[this.#at.part]
        if (part === undefined) break
        await this.#pullPart(source, part)
        this.#at = { part: this.#at.part + 1, page: 0 }
      }
      await this.#job.side?.close()
    } catch (error) {
      await this.#blocks.breakOff()
      this.#job.meter.rewind(this.#mark)
      throw error
    }
  }

  async #pullPart(source: BlocksSource, part: CheckedPart): Promise<void> {
    const { base } = this.#job
    const { shape } = part
    const roots = await this.#roots.of(source, part)
    const old = base?.manifest.parts.find(each => each.shape.name === shape.name)
    const pages = countOf(roots)
    while (this.#at.page < pages) {
      const { differing, next } = await this.#sortPages(shape, roots, old)
      if (differing.length > 0) await this.#pullPages(source, shape, differing, roots, old)
      this.#at.page = next
      this.#mark = this.#job.meter.mark()
      this.#job.onProgress()
    }
  }

  /** The next pages that differ from the base, at most as many as one question takes; those before them are done. */
  async #sortPages(
    shape: PartShape,
    roots: Uint8Array,
    old: PartManifest | undefined
  ): Promise<{ readonly differing: readonly number[]; readonly next: number }> {
    const { manifest, meter, signal } = this.#job
    const pages = countOf(roots)
    const first = this.#at.page
    const oldRoots = await rootsIn(old, first, pages - first)
    const differing: number[] = []
    const same: BlockRange[] = []
    const empty: BlockRange[] = []
    let page = first
    for (; page < pages && differing.length < LEAF_PAGES_MAX; page++) {
      signal.throwIfAborted()
      const root = hashAt(roots, page)
      const isWhole = pageBlocks(shape, page) === PAGE_BLOCKS
      const isZero = isWhole && sameHash(root, this.#zeros.pageRoot)
      const oldRoot = hashAt(oldRoots, page - first)
      const isSame = oldRoot.byteLength === 0 ? isZero : sameHash(root, oldRoot)
      if (!isSame) {
        differing.push(page)
        continue
      }
      extend(oldRoot.byteLength === 0 ? empty : same, page)
      meter.reused(rangeBytes(shape, { first: page * PAGE_BLOCKS, count: pageBlocks(shape, page) }))
    }
    for (const pages of same) await manifest.reuse(shape.name, pages, old)
    for (const pages of empty) await manifest.reuse(shape.name, pages, undefined)
    return { differing, next: page }
  }

  async #pullPages(
    source: BlocksSource,
    shape: PartShape,
    pages: readonly number[],
    roots: Uint8Array,
    old: PartManifest | undefined
  ): Promise<void> {
    const { crypto, method, base, manifest, sink, meter } = this.#job
    const came = await method.leavesWith(base)(source, shape, pages)
    const leaves = new Map<number, Uint8Array>()
    const wanted: BlockRange[] = []
    for (const [at, page] of pages.entries()) {
      const target = came[at] ?? new Uint8Array()
      requireRoot(crypto, target, hashAt(roots, page), `page ${page} of ${shape.name}`)
      leaves.set(page, target)
      await manifest.page(shape.name, page, target, hashAt(roots, page))
      const work = workOfPage(shape, page, { target, base: await leavesIn(old, page) }, this.#zeros)
      for (const range of work.zeros) {
        await sink.zero(shape.name, range.first * BLOCK_BYTES, rangeBytes(shape, range))
      }
      wanted.push(...work.wanted)
      const all = { first: page * PAGE_BLOCKS, count: pageBlocks(shape, page) }
      meter.reused(rangeBytes(shape, all) - bytesOf(shape, work.wanted))
    }
    await this.#blocks.pull(source, shape, wanted, leaves)
  }
}
