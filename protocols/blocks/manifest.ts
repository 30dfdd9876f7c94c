/**
 * The manifest of a content: the hash of every block, in pages.
 *
 * 256 leaf hashes are a page (8 KiB of hashes for 4 MiB of content). 256 is a power of two, so the root of a page is
 * a node of the part's RFC 9162 tree, and the part's root is the root of the tree over its page roots: who holds the
 * part's root can check the list of page roots, then any one page, and never needs the whole list in memory.
 */
import type { Crypto, Hash } from '../../ledger/index.ts'
import { contentRoot, leafHash } from './content-root.ts'
import { BLOCK_BYTES, blockLength, blocksOf, type PartShape } from './parts.ts'

/** Leaves of a page; only the last page of a part may have fewer. */
export const PAGE_BLOCKS: number = 256
export const HASH_BYTES: number = 32

/** Hashes of one part, read in pages. */
export interface PartManifest {
  readonly shape: PartShape
  /** 32 bytes. */
  readonly root: Uint8Array
  /** `pagesOf(shape)`. */
  readonly pages: number
  /** Roots of the pages [first, first + count), 32 bytes each. Throws RangeError beyond the last. */
  pageRoots(first: number, count: number): Promise<Uint8Array>
  /** Leaf hashes of one page, 32 bytes each. Throws RangeError beyond the last. */
  leaves(page: number): Promise<Uint8Array>
}

/** Hashes of a whole content; close it. */
export interface ContentManifest {
  /** What the ledger holds. */
  readonly root: Hash
  /** In the order of the content root: config, disk, memory. */
  readonly parts: readonly PartManifest[]
  close(): Promise<void>
}

export function pagesOf(part: PartShape): number {
  return Math.ceil(blocksOf(part) / PAGE_BLOCKS)
}

/** Blocks of one page. */
export function pageBlocks(part: PartShape, page: number): number {
  return Math.min(PAGE_BLOCKS, blocksOf(part) - page * PAGE_BLOCKS)
}

/** Root of the tree of RFC 9162 over hashes, 32 bytes each; of none it is sha256(). Made for both pages and parts. */
export function treeRoot(crypto: Crypto, hashes: Uint8Array): Uint8Array {
  let count = countOf(hashes)
  if (count === 0) return crypto.sha256(new Uint8Array())
  const level = hashes.slice()
  const pair = new Uint8Array(1 + 2 * HASH_BYTES)
  pair[0] = 1
  // Level by level; an odd last node rises unchanged, which is the split at the largest power of two.
  while (count > 1) {
    const pairs = count >> 1
    for (let at = 0; at < pairs; at++) {
      pair.set(level.subarray(2 * at * HASH_BYTES, 2 * (at + 1) * HASH_BYTES), 1)
      level.set(crypto.sha256(pair), at * HASH_BYTES)
    }
    if (count % 2 === 1)
      level.copyWithin(pairs * HASH_BYTES, (count - 1) * HASH_BYTES, count * HASH_BYTES)
    count = pairs + (count % 2)
  }
  return level.slice(0, HASH_BYTES)
}

/** The hash at a place of a list. */
export function hashAt(hashes: Uint8Array, index: number): Uint8Array {
  return hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
}

export function countOf(hashes: Uint8Array): number {
  if (hashes.byteLength % HASH_BYTES !== 0) {
    throw new RangeError(`${hashes.byteLength} bytes are no list of hashes of ${HASH_BYTES} bytes`)
  }
  return hashes.byteLength / HASH_BYTES
}

export function sameHash(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && Buffer.compare(left, right) === 0
}

/** The content root over the parts of a manifest. */
export function rootOfParts(
  crypto: Crypto,
  parts: readonly { readonly shape: PartShape; readonly root: Uint8Array }[]
): Hash {
  return contentRoot(
    crypto,
    parts.map(({ shape, root }) => ({ part: shape, root }))
  )
}

/** What is known of zeros without reading any: most of a disk is empty. */
export class ZeroHashes {
  readonly #crypto: Crypto
  /** Hash of a whole zero block. */
  readonly leaf: Uint8Array
  /** Leaves and root of a full page of zeros. */
  readonly page: Uint8Array
  readonly pageRoot: Uint8Array

  constructor(crypto: Crypto) {
    this.#crypto = crypto
    this.leaf = leafHash(crypto, new Uint8Array(BLOCK_BYTES))
    this.page = new Uint8Array(PAGE_BLOCKS * HASH_BYTES)
    for (let at = 0; at < PAGE_BLOCKS; at++) this.page.set(this.leaf, at * HASH_BYTES)
    this.pageRoot = treeRoot(crypto, this.page)
  }

  /** The hash of block `index` of a part if it is zero: the last block may be short. */
  leafOf(part: PartShape, index: number): Uint8Array {
    const length = blockLength(part, index)
    return length === BLOCK_BYTES ? this.leaf : leafHash(this.#crypto, new Uint8Array(length))
  }
}
