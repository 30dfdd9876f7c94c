import { bitOf, firstDifference } from './bits.ts'
import { anyKey, isLeaf, type Leaf, type Node, type Tree } from './tree.ts'

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
