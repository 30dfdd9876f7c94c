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
 * (the state's `tables.ts` sees to it). Hashes are made when a root is asked for and remembered in the nodes.
 */
import { bitOf, firstDifference } from './bits.ts'

export type Tree<V> = Leaf<V> | Inner<V> | null

export interface Leaf<V> {
  readonly key: string
  readonly value: V
  /** Of the key; goes over to the leaf that takes this one's place. */
  keyHash: string | null
  hash: string | null
}

export interface Inner<V> {
  readonly bit: number
  readonly left: Leaf<V> | Inner<V>
  readonly right: Leaf<V> | Inner<V>
  hash: string | null
}

export type Node<V> = Leaf<V> | Inner<V>

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

function closest<V>(node: Node<V>, key: string): Leaf<V> {
  let at = node
  while (!isLeaf(at)) at = bitOf(key, at.bit) ? at.right : at.left
  return at
}

export function anyKey<V>(node: Node<V>): string {
  let at = node
  while (!isLeaf(at)) at = at.left
  return at.key
}

function inner<V>(bit: number, left: Node<V>, right: Node<V>): Inner<V> {
  return { bit, left, right, hash: null }
}

export function isLeaf<V>(node: Node<V>): node is Leaf<V> {
  return 'key' in node
}
