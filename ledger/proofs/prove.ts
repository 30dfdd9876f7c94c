import type { LedgerState } from '../state/index.ts'
import { stateValueBytes } from '../state/index.ts'
import { anyKey, isLeaf, type Node } from '../tree/index.ts'
import { asksFor, reaches, type StateQuery } from './query.ts'
import { TokenWriter } from './tokens.ts'

/**
 * The part of the tree that answers all `queries`, at least one, under `state.root()`: each entry asked for, and
 * for what is not there the neighbour that stands in its place. About 34 bytes for each level of the tree, shared
 * by all queries that pass there.
 */
export function proveState(state: LedgerState, queries: readonly StateQuery[]): Uint8Array {
  const proof = proveWithin(state, queries, Number.POSITIVE_INFINITY)
  if (proof === null) throw new Error('a proof without a limit exceeded it')
  return proof
}

/** The same; null as soon as it would have more than `bytesMax`. */
export function proveWithin(
  state: LedgerState,
  queries: readonly StateQuery[],
  bytesMax: number
): Uint8Array | null {
  const { tree } = state
  if (tree === null) return new Uint8Array()
  // Makes what hashes are missing.
  state.root()
  const to = new TokenWriter()
  return show(tree as ProvedNode, queries, { state, bytesMax }, to) ? to.bytes() : null
}

interface Proving {
  readonly state: LedgerState
  readonly bytesMax: number
}

type ProvedNode = Node<Parameters<typeof stateValueBytes>[1]>

/** False where the limit was exceeded. */
function show(
  node: ProvedNode,
  queries: readonly StateQuery[],
  proving: Proving,
  to: TokenWriter
): boolean {
  if (isLeaf(node)) {
    const { state } = proving
    const { key } = node
    const value = stateValueBytes(key, node.value)
    if (queries.some(query => asksFor(query, key))) to.write({ kind: 'entry', key, value })
    else to.write({ kind: 'witness', key, valueHash: state.crypto.sha256Text(value) })
    return to.length <= proving.bytesMax
  }
  const { bit, left, right } = node
  const forLeft = reaching(queries, left, bit)
  const forRight = reaching(queries, right, bit)
  // Where neither can hold an answer some leaf must still show which keys these are; the left child's will do.
  const showsRight = forRight.length > 0
  const showsLeft = forLeft.length > 0 || !showsRight
  if (showsLeft && showsRight) to.write({ kind: 'inner', bit, sides: 'both', hidden: '' })
  else if (showsLeft) to.write({ kind: 'inner', bit, sides: 'left', hidden: hashOf(right) })
  else to.write({ kind: 'inner', bit, sides: 'right', hidden: hashOf(left) })
  if (showsLeft && !show(left, forLeft, proving, to)) return false
  return !showsRight || show(right, forRight, proving, to)
}

/** The queries that somebody who knows only the keys' bits up to the one at which `child` parts must ask here. */
function reaching(
  queries: readonly StateQuery[],
  child: ProvedNode,
  bit: number
): readonly StateQuery[] {
  if (queries.length === 0) return queries
  const like = anyKey(child)
  return queries.filter(query => reaches(query, like, bit + 1))
}

function hashOf({ hash }: ProvedNode): string {
  if (hash === null) throw new Error('a node of a state whose root was made has no hash')
  return hash
}
