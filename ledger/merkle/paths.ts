/**
 * Proofs over the tree of RFC 9162: that a leaf is in a tree (section 2.1.3), and that a tree is the beginning of
 * a later one (section 2.1.4). Hashes are 32 bytes; a path has one for each level of the tree.
 */
import { equals } from 'uint8arrays/equals'
import type { Crypto } from '../crypto/index.ts'
import { fromHex } from '../encoding/index.ts'
import { type CompactRange, MerkleHasher, nodeHash } from './merkle.ts'

type Hashes = readonly Uint8Array[]

/** The way from leaf `index` to the root; `leaves` are hashes of leaves (`leafHash`). O(number of leaves). */
export function inclusionPath(leaves: Hashes, index: number, crypto: Crypto): Hashes {
  if (index < 0 || index >= leaves.length) {
    throw new Error(`leaf ${index} of a tree of ${leaves.length}`)
  }
  return pathOf(leaves, index, crypto)
}

function pathOf(leaves: Hashes, index: number, crypto: Crypto): Hashes {
  if (leaves.length === 1) return []
  const split = leftOf(leaves.length)
  const left = leaves.slice(0, split)
  const right = leaves.slice(split)
  return index < split
    ? [...pathOf(left, index, crypto), rootOf(right, crypto)]
    : [...pathOf(right, index - split, crypto), rootOf(left, crypto)]
}

/** Whether `leaf`, a leaf's hash, is number `index` of the `size` leaves under `root`. */
export function isIncluded(
  leaf: Uint8Array,
  place: { readonly index: number; readonly size: number },
  path: Hashes,
  root: Uint8Array,
  crypto: Crypto
): boolean {
  if (place.index < 0 || place.index >= place.size) return false
  let at = place.index
  let last = place.size - 1
  let found = leaf
  for (const beside of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      found = nodeHash(crypto, beside, found)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      found = nodeHash(crypto, found, beside)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && equals(found, root)
}

/** What leads from the root of the first `size` leaves to that of all; empty where they are all, or none. */
export function consistencyPath(leaves: Hashes, size: number, crypto: Crypto): Hashes {
  if (size < 0 || size > leaves.length) {
    throw new Error(`the first ${size} leaves of ${leaves.length}`)
  }
  return size === 0 ? [] : stepsOf(leaves, size, true, crypto)
}

/** `isOld`: the root over all of `leaves` is that of the old tree, which whoever checks has already. */
function stepsOf(leaves: Hashes, size: number, isOld: boolean, crypto: Crypto): Hashes {
  if (size === leaves.length) return isOld ? [] : [rootOf(leaves, crypto)]
  const split = leftOf(leaves.length)
  const left = leaves.slice(0, split)
  const right = leaves.slice(split)
  return size <= split
    ? [...stepsOf(left, size, isOld, crypto), rootOf(right, crypto)]
    : [...stepsOf(right, size - split, false, crypto), rootOf(left, crypto)]
}

/**
 * The same for whoever keeps of the old leaves their range only; `added` are the hashes of all leaves after them. What
 * lies wholly among the old leaves of a path is a full subtree, and those are what a range consists of.
 */
export function consistencyPathOn(range: CompactRange, added: Hashes, crypto: Crypto): Hashes {
  const { size } = range
  const steps = (start: number, count: number, isOld: boolean): Hashes => {
    if (start + count === size) return isOld ? [] : [fullAt(range, start)]
    const split = leftOf(count)
    const right = start + split
    return size <= right
      ? [
          ...steps(start, split, isOld),
          rootOf(added.slice(right - size, start + count - size), crypto)
        ]
      : [...steps(right, count - split, false), fullAt(range, start)]
  }
  return size === 0 ? [] : steps(0, size + added.length, true)
}

/** The root of the full subtree that begins at leaf `start`. */
function fullAt({ size, full }: CompactRange, start: number): Uint8Array {
  let begin = 0
  for (const root of full) {
    if (begin === start) return fromHex(root)
    begin += highestBit(size - begin)
  }
  throw new Error(`no full subtree of ${size} leaves begins at leaf ${start}`)
}

function highestBit(number: number): number {
  let bit = 1
  while (bit * 2 <= number) bit *= 2
  return bit
}

export interface SizedRoot {
  readonly size: number
  readonly root: Uint8Array
}

/** Whether the leaves under `newer` begin with those under `older`. */
export function isConsistent(
  older: SizedRoot,
  newer: SizedRoot,
  path: Hashes,
  crypto: Crypto
): boolean {
  if (older.size > newer.size) return false
  if (older.size === newer.size) return path.length === 0 && equals(older.root, newer.root)
  // The empty tree is the beginning of every other, and there is nothing to show.
  if (older.size === 0) return path.length === 0 && equals(older.root, rootOf([], crypto))
  let at = older.size - 1
  let last = newer.size - 1
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  // At 0 the old tree is one full subtree of the new one: its root begins both ways.
  const [start, ...rest] = at === 0 ? [older.root, ...path] : path
  if (start === undefined) return false
  let [old, now] = [start, start]
  for (const beside of rest) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      old = nodeHash(crypto, beside, old)
      now = nodeHash(crypto, beside, now)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      now = nodeHash(crypto, now, beside)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && equals(old, older.root) && equals(now, newer.root)
}

function rootOf(leaves: Hashes, crypto: Crypto): Uint8Array {
  const hasher = new MerkleHasher(crypto)
  for (const leaf of leaves) hasher.appendLeafHash(leaf)
  return hasher.root()
}

/** Leaves in the left subtree: the largest power of two below the number of all, two at least. */
function leftOf(count: number): number {
  let left = 1
  while (left * 2 < count) left *= 2
  return left
}

function half(number: number): number {
  return Math.floor(number / 2)
}
