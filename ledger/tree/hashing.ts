import { fromString } from 'uint8arrays/from-string'
import type { Crypto } from '../crypto/index.ts'
import { isLeaf, type Leaf, type Tree } from './tree.ts'

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
  tree.hash = innerHash(tree.bit, left, right, crypto)
  return tree.hash
}

/** For a caller that has the leaf's bytes at hand: the root need not ask for them again. */
export function hashLeaf<V>(leaf: Leaf<V>, crypto: Crypto, value: Uint8Array): string {
  leaf.keyHash ??= crypto.sha256Text(fromString(leaf.key))
  leaf.hash = leafHash(leaf.keyHash, crypto.sha256Text(value), crypto)
  return leaf.hash
}

/** Hashes here are texts of 32 characters, one for each byte. */
export const HASH_BYTES = 32

export function leafHash(keyHash: string, valueHash: string, crypto: Crypto): string {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES)
  putText(keyHash, bytes, 1)
  putText(valueHash, bytes, 1 + HASH_BYTES)
  return crypto.sha256Text(bytes)
}

export function innerHash(bit: number, left: string, right: string, crypto: Crypto): string {
  const bytes = new Uint8Array(5 + 2 * HASH_BYTES)
  bytes[0] = 1
  bytes[1] = bit >>> 24
  bytes[2] = bit >>> 16
  bytes[3] = bit >>> 8
  bytes[4] = bit
  putText(left, bytes, 5)
  putText(right, bytes, 5 + HASH_BYTES)
  return crypto.sha256Text(bytes)
}

/** Writes a text of one character a byte. */
export function putText(text: string, bytes: Uint8Array, start: number): void {
  for (let at = 0; at < text.length; at++) bytes[start + at] = text.charCodeAt(at)
}

/** The text of bytes, one character for each. */
export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
