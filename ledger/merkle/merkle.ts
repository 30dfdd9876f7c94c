/**
 * The tree hash of RFC 9162, section 2.1.1: leaf = H(0x00 | data), node = H(0x01 | left | right), the left
 * subtree is the largest full one. Incremental: between leaves only the roots of the full subtrees are kept
 * (at most one for each bit of the size), so a content root over millions of blocks needs a kilobyte.
 */
import type { Crypto } from '../crypto/index.ts'
import { fromHex, toHex } from '../encoding/index.ts'
import type { Hash } from '../records/index.ts'

const LEAF = 0
const NODE = 1

/**
 * What is kept of any number of leaves: the roots of the full subtrees, largest first, one for each 1 in the
 * binary size. Leaves can be appended to it and nothing can be taken back.
 */
export interface CompactRange {
  readonly size: number
  /** 32 bytes each, lower-case hex. */
  readonly full: readonly Hash[]
}

export const EMPTY_RANGE: CompactRange = { size: 0, full: [] }

/** The range with one more leaf; `hash` is H(0x00 | data). */
export function extendRange(range: CompactRange, hash: Uint8Array, crypto: Crypto): CompactRange {
  const hasher = new MerkleHasher(crypto, range)
  hasher.appendLeafHash(hash)
  return hasher.range()
}

export function rangeRoot(range: CompactRange, crypto: Crypto): Hash {
  return toHex(new MerkleHasher(crypto, range).root())
}

export class MerkleHasher {
  readonly #crypto: Crypto
  /** Roots of full subtrees from the largest to the smallest: one for each 1 in the binary size. */
  readonly #full: Uint8Array[] = []
  #size: number

  /** Goes on from `range`, else begins with no leaf. */
  constructor(crypto: Crypto, range: CompactRange = EMPTY_RANGE) {
    this.#crypto = crypto
    this.#size = range.size
    this.#full.push(...range.full.map(fromHex))
  }

  range(): CompactRange {
    return { size: this.#size, full: this.#full.map(toHex) }
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size
  }

  append(data: Uint8Array): void {
    this.appendLeafHash(leafHash(this.#crypto, data))
  }

  /** For a caller that has hashed 0x00 | data itself, e.g. on another thread. */
  appendLeafHash(hash: Uint8Array): void {
    let root = hash
    // Each full pair at the end closes, as a carry does in binary addition.
    for (let size = this.#size; size % 2 === 1; size = Math.floor(size / 2)) {
      const left = this.#full.pop()
      if (left === undefined) throw new Error(`no subtree to close at ${this.#size} leaves`)
      root = nodeHash(this.#crypto, left, root)
    }
    this.#full.push(root)
    this.#size += 1
  }

  /** Root of the leaves so far, 32 bytes; more may be appended afterwards. */
  root(): Uint8Array {
    let root = this.#full.at(-1)
    if (root === undefined) return this.#crypto.sha256(new Uint8Array())
    for (let at = this.#full.length - 2; at >= 0; at--) {
      const left = this.#full[at]
      if (left !== undefined) root = nodeHash(this.#crypto, left, root)
    }
    return root
  }
}

export function merkleRoot(crypto: Crypto, leaves: Iterable<Uint8Array>): Uint8Array {
  const hasher = new MerkleHasher(crypto)
  for (const leaf of leaves) hasher.append(leaf)
  return hasher.root()
}

/** H(0x00 | data). */
export function leafHash(crypto: Crypto, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + data.length)
  bytes[0] = LEAF
  bytes.set(data, 1)
  return crypto.sha256(bytes)
}

export function nodeHash(crypto: Crypto, left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + left.length + right.length)
  bytes[0] = NODE
  bytes.set(left, 1)
  bytes.set(right, 1 + left.length)
  return crypto.sha256(bytes)
}
