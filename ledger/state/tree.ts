/**
 * A persistent, authenticated map from text keys to values: a crit-bit (binary Patricia) tree over the keys'
 * bits. Changing it copies one path and shares the rest, so a draft, a rival block or an old state costs only
 * what differs. Its shape depends on its keys alone, never on the order in which they came: the same content
 * has the same root.
 *
 *   leaf  = H(0x00 | H(key) | H(value bytes))
 *   inner = H(0x01 | index of the bit, 4 bytes big-endian | left | right)      empty = H()
 *
 * An inner node stands at the first bit in which the keys below it differ; left has 0 there. Bits are counted
 * from the first byte's highest; past its end a key reads as zeros. No key may be the beginning of another
 * (`keys.ts` sees to it). Hashes are made when a root is asked for and remembered in the nodes.
 */
import { fromString } from 'uint8arrays/from-string'
import type { Crypto } from '../crypto/index.ts'

export type Tree<V> = Leaf<V> | Inner<V> | null

export interface Leaf<V> {
  readonly key: string
  readonly value: V
  /** Of the key; goes over to the leaf that takes this one's place. */
  keyHash: string | null
  hash: string | null
}

interface Inner<V> {
  readonly bit: number
  readonly left: Leaf<V> | Inner<V>
  readonly right: Leaf<V> | Inner<V>
  hash: string | null
}

type Node<V> = Leaf<V> | Inner<V>

export function getValue<V>(tree: Tree<V>, key: string): V | undefined {
  if (tree === null) return undefined
  const leaf = closest(tree, key)
  return leaf.key === key ? leaf.value : undefined
}

export function putValue<V>(tree: Tree<V>, key: string, value: V): Tree<V> {
  const leaf: Leaf<V> = { key, value, keyHash: null, hash: null }
  if (tree === null) return leaf
  const near = closest(tree, key)
  const bit = firstDifference(near.key, key)
  if (bit !== undefined) return insert(tree, leaf, bit)
  leaf.keyHash = near.keyHash
  return replace(tree, leaf)
}

export function removeValue<V>(tree: Tree<V>, key: string): Tree<V> {
  if (tree === null) return null
  if (isLeaf(tree)) return tree.key === key ? null : tree
  const goRight = bitOf(key, tree.bit)
  const child = goRight ? tree.right : tree.left
  const kept = removeValue(child, key)
  if (kept === child) return tree
  if (kept === null) return goRight ? tree.left : tree.right
  return goRight ? inner(tree.bit, tree.left, kept) : inner(tree.bit, kept, tree.right)
}

/** Entries whose key is not before `from`, in the order of keys. Finding the first is O(log n). */
export function* entriesFrom<V>(tree: Tree<V>, from: string): Generator<readonly [string, V]> {
  if (tree === null) return
  const bit = firstDifference(closest(tree, from).key, from)
  /** Subtrees wholly after `from`, the nearest last. */
  const after: Node<V>[] = []
  let node: Node<V> = tree
  while (!isLeaf(node) && (bit === undefined || node.bit < bit)) {
    if (bitOf(from, node.bit)) {
      node = node.right
    } else {
      after.push(node.right)
      node = node.left
    }
  }
  // All keys below `node` part from `from` at `bit`, or `node` is `from`'s own leaf.
  if (bit === undefined || !bitOf(from, bit)) after.push(node)
  for (let next = after.pop(); next !== undefined; next = after.pop()) {
    while (!isLeaf(next)) {
      after.push(next.right)
      next = next.left
    }
    yield [next.key, next.value]
  }
}

/** A key with its new leaf; null where the key is gone. */
export type Changed<V> = readonly [key: string, leaf: Leaf<V> | null]

/** What turns `before` into `after`, in the order of keys. Shared parts are skipped. */
export function difference<V>(before: Tree<V>, after: Tree<V>): readonly Changed<V>[] {
  const found: Changed<V>[] = []
  collectDifference(before, after, found)
  return found
}

function collectDifference<V>(before: Tree<V>, after: Tree<V>, found: Changed<V>[]): void {
  if (before === after) return
  if (before === null) {
    if (after !== null) forEachLeaf(after, leaf => found.push([leaf.key, leaf]))
    return
  }
  if (after === null) {
    forEachLeaf(before, leaf => found.push([leaf.key, null]))
    return
  }
  if (isLeaf(before) && isLeaf(after) && before.key === after.key) {
    if (before.value !== after.value) found.push([after.key, after])
    return
  }
  // The node with the earlier bit splits; one that does not split there lies on one side of that bit.
  const bit = splitOf(before, after)
  collectDifference(side(before, bit, false), side(after, bit, false), found)
  collectDifference(side(before, bit, true), side(after, bit, true), found)
}

function forEachLeaf<V>(node: Node<V>, take: (leaf: Leaf<V>) => void): void {
  if (isLeaf(node)) {
    take(node)
    return
  }
  forEachLeaf(node.left, take)
  forEachLeaf(node.right, take)
}

/** 32 bytes, as a text of one character each. `valueBytes` gives the canonical bytes of a value. */
export function treeRoot<V>(
  tree: Tree<V>,
  crypto: Crypto,
  valueBytes: (key: string, value: V) => Uint8Array
): string {
  if (tree === null) return crypto.sha256Text(new Uint8Array())
  if (tree.hash !== null) return tree.hash
  if (isLeaf(tree)) return hashLeaf(tree, crypto, valueBytes(tree.key, tree.value))
  const left = tree.left.hash ?? treeRoot(tree.left, crypto, valueBytes)
  const right = tree.right.hash ?? treeRoot(tree.right, crypto, valueBytes)
  tree.hash = crypto.sha256Text(innerBytes(tree.bit, left, right))
  return tree.hash
}

/** For a caller that has the leaf's bytes at hand: the root need not ask for them again. */
export function hashLeaf<V>(leaf: Leaf<V>, crypto: Crypto, value: Uint8Array): string {
  leaf.keyHash ??= crypto.sha256Text(fromString(leaf.key))
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES)
  putText(leaf.keyHash, bytes, 1)
  putText(crypto.sha256Text(value), bytes, 1 + HASH_BYTES)
  leaf.hash = crypto.sha256Text(bytes)
  return leaf.hash
}

const HASH_BYTES = 32

function innerBytes(bit: number, left: string, right: string): Uint8Array {
  const bytes = new Uint8Array(5 + 2 * HASH_BYTES)
  bytes[0] = 1
  bytes[1] = bit >>> 24
  bytes[2] = bit >>> 16
  bytes[3] = bit >>> 8
  bytes[4] = bit
  putText(left, bytes, 5)
  putText(right, bytes, 5 + HASH_BYTES)
  return bytes
}

function putText(text: string, bytes: Uint8Array, start: number): void {
  for (let at = 0; at < text.length; at++) bytes[start + at] = text.charCodeAt(at)
}

function replace<V>(node: Node<V>, leaf: Leaf<V>): Node<V> {
  if (isLeaf(node)) return leaf
  return bitOf(leaf.key, node.bit)
    ? inner(node.bit, node.left, replace(node.right, leaf))
    : inner(node.bit, replace(node.left, leaf), node.right)
}

function insert<V>(node: Node<V>, leaf: Leaf<V>, bit: number): Node<V> {
  if (isLeaf(node) || node.bit > bit) {
    return bitOf(leaf.key, bit) ? inner(bit, node, leaf) : inner(bit, leaf, node)
  }
  return bitOf(leaf.key, node.bit)
    ? inner(node.bit, node.left, insert(node.right, leaf, bit))
    : inner(node.bit, insert(node.left, leaf, bit), node.right)
}

/** Where two trees part that are not one leaf's: at the first bit that either splits at, or that two leaves differ in. */
function splitOf<V>(a: Node<V>, b: Node<V>): number {
  if (isLeaf(a) && isLeaf(b)) return firstDifference(a.key, b.key) ?? 0
  return Math.min(
    isLeaf(a) ? Number.POSITIVE_INFINITY : a.bit,
    isLeaf(b) ? Number.POSITIVE_INFINITY : b.bit
  )
}

function side<V>(node: Node<V>, bit: number, right: boolean): Tree<V> {
  if (!isLeaf(node) && node.bit === bit) return right ? node.right : node.left
  return bitOf(anyKey(node), bit) === right ? node : null
}

function closest<V>(node: Node<V>, key: string): Leaf<V> {
  let at = node
  while (!isLeaf(at)) at = bitOf(key, at.bit) ? at.right : at.left
  return at
}

function anyKey<V>(node: Node<V>): string {
  let at = node
  while (!isLeaf(at)) at = at.left
  return at.key
}

function inner<V>(bit: number, left: Node<V>, right: Node<V>): Inner<V> {
  return { bit, left, right, hash: null }
}

function isLeaf<V>(node: Node<V>): node is Leaf<V> {
  return 'key' in node
}

/** Keys are ASCII: one character is one byte. */
function byteOf(key: string, at: number): number {
  return at < key.length ? key.charCodeAt(at) : 0
}

function bitOf(key: string, bit: number): boolean {
  return ((byteOf(key, bit >> 3) >> (7 - (bit & 7))) & 1) === 1
}

/** The first bit in which two keys differ; undefined if they are equal. */
function firstDifference(a: string, b: string): number | undefined {
  const length = Math.max(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const difference = byteOf(a, at) ^ byteOf(b, at)
    if (difference !== 0) return at * 8 + Math.clz32(difference) - 24
  }
  return undefined
}
