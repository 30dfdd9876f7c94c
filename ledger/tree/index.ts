export { bitOf, firstDifference } from './bits.ts'
export { difference } from './difference.ts'
export { HASH_BYTES, hashLeaf, innerHash, leafHash, putText, textOf, treeRoot } from './hashing.ts'
export {
  anyKey,
  entriesFrom,
  getValue,
  isLeaf,
  type Node,
  putValue,
  removeValue,
  type Tree
} from './tree.ts'
