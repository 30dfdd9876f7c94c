import { pipe } from 'it-pipe'
import type { Crypto } from '../../ledger/index.ts'
import {
  BLOCK_BYTES,
  type BlockRange,
  blocksOf,
  HASH_BYTES,
  hashAt,
  leafHash,
  PAGE_BLOCKS,
  type PartName,
  type PartShape,
  pageBlocks,
  pagesOf,
  sameHash,
  treeRoot,
  ZeroHashes
} from '../../protocols/blocks/index.ts'
import type { MachineContent } from '../vmm/index.ts'
import type { ManifestWriter, StoredPart } from './manifest-file.ts'
import { type BlockRun, blocksOfExtents, bytesOf, dataRuns, runsOf } from './runs.ts'

/** Takes the leaves of every page of a content. */
export interface PageSink {
  page(part: PartName, page: number, leaves: Uint8Array): Promise<void>
}

/** Reads every block of a part that is not known to be a hole, and gives the pages in order. */
export async function hashPart(
  content: Pick<MachineContent, 'read' | 'extents'>,
  shape: PartShape,
  crypto: Crypto,
  sink: PageSink
): Promise<void> {
  const pages = new PageFiller(shape, new ZeroHashes(crypto), sink)
  await pipe(
    runsOf(content, shape, { first: 0, count: blocksOf(shape) }),
    runs => hashed(runs, crypto),
    async leaves => {
      for await (const some of leaves) {
        for (const { index, leaf } of some) await pages.set(index, leaf)
      }
    }
  )
  await pages.end()
}

async function* hashed(
  runs: AsyncIterable<BlockRun>,
  crypto: Crypto
): AsyncGenerator<ReturnType<typeof leavesOf>, void, void> {
  for await (const run of runs) if (run.kind === 'data') yield leavesOf(run, crypto)
}

/** The leaves of one page, read anew, and how many bytes of data were read for it. */
export async function hashPage(
  content: Pick<MachineContent, 'read' | 'extents'>,
  shape: PartShape,
  page: number,
  crypto: Crypto,
  zeros: ZeroHashes
): Promise<{ readonly leaves: Uint8Array; readonly readBytes: number }> {
  const leaves = zeroLeaves(shape, page, zeros).slice()
  let readBytes = 0
  const range = { first: page * PAGE_BLOCKS, count: pageBlocks(shape, page) }
  for await (const run of runsOf(content, shape, range)) {
    if (run.kind === 'zeros') continue
    readBytes += run.bytes.byteLength
    for (const { index, leaf } of leavesOf(run, crypto)) {
      leaves.set(leaf, (index - range.first) * HASH_BYTES)
    }
  }
  return { leaves, readBytes }
}

/** Pages whose changes are asked for at once: 1 GiB of content. */
const WINDOW_PAGES = 256

/**
 * Reads only the blocks that may have changed since `old`, whose hashes stay for all others. Throws when the old
 * manifest is damaged where it is used.
 */
export async function hashChanges(
  content: Pick<MachineContent, 'read' | 'changed'>,
  old: StoredPart,
  crypto: Crypto,
  writer: ManifestWriter
): Promise<void> {
  const { shape } = old
  await requireRoots(crypto, old)
  const zeros = new ZeroHashes(crypto)
  for (let first = 0; first < old.pages; first += WINDOW_PAGES) {
    const count = Math.min(WINDOW_PAGES, old.pages - first)
    const within = { first: first * PAGE_BLOCKS, count: count * PAGE_BLOCKS }
    const changed = await content.changed(shape.name, bytesOf(shape, within))
    if (changed === undefined) throw new Error(`what changed of the ${shape.name} is not known`)
    let done = first
    for (const { page, ranges } of byPage(blocksOfExtents(changed))) {
      await writer.copy(shape.name, done, page - done, old)
      const leaves = await leavesWith(content, shape, ranges, crypto, {
        zeros,
        leaves: await checkedLeaves(crypto, old, page)
      })
      await writer.page(shape.name, page, leaves)
      done = page + 1
    }
    await writer.copy(shape.name, done, first + count - done, old)
  }
}

async function leavesWith(
  content: Pick<MachineContent, 'read'>,
  shape: PartShape,
  ranges: readonly BlockRange[],
  crypto: Crypto,
  old: { readonly zeros: ZeroHashes; readonly leaves: Uint8Array }
): Promise<Uint8Array> {
  const leaves = old.leaves.slice()
  const set = (index: number, leaf: Uint8Array): void =>
    leaves.set(leaf, (index % PAGE_BLOCKS) * HASH_BYTES)
  for await (const run of dataRuns(content, shape, ranges)) {
    if (run.kind === 'data') {
      for (const { index, leaf } of leavesOf(run, crypto)) set(index, leaf)
      continue
    }
    for (let at = run.first; at < run.first + run.count; at++) set(at, old.zeros.leafOf(shape, at))
  }
  return leaves
}

function* leavesOf(
  run: BlockRun & { readonly kind: 'data' },
  crypto: Crypto
): Generator<{ readonly index: number; readonly leaf: Uint8Array }, void, void> {
  for (let at = 0; at * BLOCK_BYTES < run.bytes.byteLength; at++) {
    const block = run.bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES)
    yield { index: run.first + at, leaf: leafHash(crypto, block) }
  }
}

/** Ascending ranges of blocks, cut at the borders of pages. */
function* byPage(
  ranges: readonly BlockRange[]
): Generator<{ readonly page: number; readonly ranges: readonly BlockRange[] }, void, void> {
  let page = -1
  let mine: BlockRange[] = []
  for (const range of ranges) {
    const end = range.first + range.count
    for (let first = range.first; first < end; ) {
      const next = Math.floor(first / PAGE_BLOCKS)
      if (next !== page && mine.length > 0) yield { page, ranges: mine }
      if (next !== page) mine = []
      page = next
      const count = Math.min(end, (page + 1) * PAGE_BLOCKS) - first
      mine.push({ first, count })
      first += count
    }
  }
  if (mine.length > 0) yield { page, ranges: mine }
}

async function requireRoots(crypto: Crypto, old: StoredPart): Promise<void> {
  const found = treeRoot(crypto, await old.pageRoots(0, old.pages))
  if (!sameHash(found, old.root)) throw new Error('the page roots of the old manifest are damaged')
}

async function checkedLeaves(crypto: Crypto, old: StoredPart, page: number): Promise<Uint8Array> {
  const leaves = await old.leaves(page)
  const root = hashAt(await old.pageRoots(page, 1), 0)
  if (sameHash(treeRoot(crypto, leaves), root)) return leaves
  throw new Error(`the leaves of page ${page} of the old manifest are damaged`)
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
    this.#leaves ??= zeroLeaves(this.#shape, page, this.#zeros).slice()
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

/** Of a whole page it is the known one, not a copy. */
function zeroLeaves(shape: PartShape, page: number, zeros: ZeroHashes): Uint8Array {
  const count = pageBlocks(shape, page)
  if ((page * PAGE_BLOCKS + count) * BLOCK_BYTES <= shape.sizeBytes && count === PAGE_BLOCKS) {
    return zeros.page
  }
  const leaves = zeros.page.slice(0, count * HASH_BYTES)
  const last = zeros.leafOf(shape, page * PAGE_BLOCKS + count - 1)
  leaves.set(last, (count - 1) * HASH_BYTES)
  return leaves
}
