import type { Crypto } from '../../ledger/index.ts'
import {
  type BlocksSource,
  countOf,
  hashAt,
  PAGE_BLOCKS,
  type PartName,
  type PartShape,
  pageBlocks,
  rangeBytes,
  sameHash,
  ZeroHashes
} from '../../protocols/blocks/index.ts'
import type { PageRoots } from './checked-pages.ts'
import { type Base, rootsIn } from './methods.ts'

export interface Coming {
  readonly bytes: number
  /** In which there is something to write. */
  readonly parts: readonly PartName[]
}

/**
 * The most bytes that a content will write to this disk, known before the first: the pages that are neither zeros nor
 * those of the base. A machine that comes back needs room for what changed, not for all of it once more.
 */
export async function comingBytes(
  source: BlocksSource,
  { crypto, pageRoots, base }: { crypto: Crypto; pageRoots: PageRoots; base: Base | undefined }
): Promise<Coming> {
  const zero = new ZeroHashes(crypto).pageRoot
  const parts: PartName[] = []
  let bytes = 0
  for (const part of pageRoots.parts) {
    const { shape } = part
    const roots = await pageRoots.of(source, part)
    const pages = countOf(roots)
    const old = base?.manifest.parts.find(each => each.shape.name === shape.name)
    const oldRoots = await rootsIn(old, 0, pages)
    const before = bytes
    for (let page = 0; page < pages; page++) {
      const root = hashAt(roots, page)
      const isHere = sameHash(root, hashAt(oldRoots, page)) || sameHash(root, zero)
      if (!isHere) bytes += pageBytes(shape, page)
    }
    if (bytes > before) parts.push(shape.name)
  }
  return { bytes, parts }
}

function pageBytes(shape: PartShape, page: number): number {
  return rangeBytes(shape, { first: page * PAGE_BLOCKS, count: pageBlocks(shape, page) })
}
