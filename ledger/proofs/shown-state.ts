import type { Crypto } from '../crypto/index.ts'
import { toHex } from '../encoding/index.ts'
import type { Hash } from '../records/index.ts'
import { bitOf, firstDifference, innerHash, leafHash } from '../tree/index.ts'
import { type ProofFault, proofFault } from './faults.ts'
import { asksFor, reaches, type StateQuery } from './query.ts'
import { MalformedProof, type Sides, TokenReader } from './tokens.ts'

/** A key with its canonical bytes. */
export type StateEntry = readonly [key: string, value: Uint8Array]

export type Answered =
  | { readonly ok: true; readonly entries: readonly StateEntry[] }
  | { readonly ok: false; readonly fault: ProofFault }

/** The part of a state that a proof shows, true under the root that it was checked against. */
export interface ShownState {
  /**
   * All entries that the query asks for, in the order of keys; none where the proof shows that there is none.
   * PROOF_INCOMPLETE where a part that is not shown could hold one.
   */
  answer(query: StateQuery): Answered
}

export type Shown =
  | { readonly ok: true; readonly state: ShownState }
  | { readonly ok: false; readonly fault: ProofFault }

interface ShownLeaf {
  readonly kind: 'leaf'
  readonly key: string
  /** null where the proof shows only the key. */
  readonly value: Uint8Array | null
  readonly hash: string
}

interface ShownInner {
  readonly kind: 'inner'
  /** Of some leaf below: all keys here share its bits before `bit`. */
  readonly key: string
  readonly bit: number
  readonly left: ShownNode | null
  readonly right: ShownNode | null
  readonly hash: string
}

type ShownNode = ShownLeaf | ShownInner

/** Reads a proof and checks it against the state root of a header that the caller believes. */
export function readProof(proof: Uint8Array, root: Hash, crypto: Crypto): Shown {
  let top: ShownNode | null
  try {
    top = readTop(proof, crypto)
  } catch (error) {
    if (!(error instanceof MalformedProof)) throw error
    return { ok: false, fault: proofFault('PROOF_MALFORMED', `this is no proof: ${error.message}`) }
  }
  const found = hexOf(top === null ? crypto.sha256Text(new Uint8Array()) : top.hash)
  if (found === root) return { ok: true, state: { answer: query => answerFrom(top, query) } }
  const message = `the proof leads to the root ${found}, the header has ${root}`
  return { ok: false, fault: proofFault('PROOF_WRONG_ROOT', message) }
}

function readTop(proof: Uint8Array, crypto: Crypto): ShownNode | null {
  if (proof.length === 0) return null
  const from = new TokenReader(proof)
  const top = readNode(from, -1, crypto)
  if (!from.isAtEnd) throw new MalformedProof('more follows behind the last node')
  return top
}

/** Bits grow on the way down, so that a proof is never deeper than a key has bits. */
function readNode(from: TokenReader, above: number, crypto: Crypto): ShownNode {
  const token = from.read()
  if (token.kind !== 'inner') {
    const { key } = token
    const value = token.kind === 'entry' ? token.value : null
    const valueHash = token.kind === 'entry' ? crypto.sha256Text(token.value) : token.valueHash
    const hash = leafHash(crypto.sha256Text(bytesOf(key)), valueHash, crypto)
    return { kind: 'leaf', key, value, hash }
  }
  const { bit, sides, hidden } = token
  if (bit <= above) throw new MalformedProof(`bit ${bit} stands below bit ${above}`)
  const left = sides === 'right' ? null : readNode(from, bit, crypto)
  const right = sides === 'left' ? null : readNode(from, bit, crypto)
  const hash = innerHash(bit, left?.hash ?? hidden, right?.hash ?? hidden, crypto)
  return { kind: 'inner', key: keyBelow(bit, sides, left, right), bit, left, right, hash }
}

/** Also sees to it that the keys shown stand where their bits say. */
function keyBelow(
  bit: number,
  sides: Sides,
  left: ShownNode | null,
  right: ShownNode | null
): string {
  const key = left?.key ?? right?.key ?? ''
  const parted = sides === 'both' ? firstDifference(key, right?.key ?? '') === bit : true
  if (parted && bitOf(key, bit) === (sides === 'right')) return key
  throw new MalformedProof(`the keys below bit ${bit} do not part there`)
}

function answerFrom(top: ShownNode | null, query: StateQuery): Answered {
  const entries: StateEntry[] = []
  if (top === null || collect(top, query, entries)) return { ok: true, entries }
  const asked =
    query.kind === 'key' ? `'${query.key}'` : `all from '${query.from}' to '${query.to ?? ''}'`
  const message = `the proof does not show ${asked}`
  return { ok: false, fault: proofFault('PROOF_INCOMPLETE', message) }
}

/** False as soon as something that is not shown could be an answer. */
function collect(node: ShownNode, query: StateQuery, entries: StateEntry[]): boolean {
  if (node.kind === 'leaf') {
    if (!asksFor(query, node.key)) return true
    if (node.value === null) return false
    entries.push([node.key, node.value])
    return true
  }
  const { key, bit, left, right } = node
  const side = (child: ShownNode | null, isRight: boolean): boolean => {
    const like = bitOf(key, bit) === isRight ? key : withBitFlipped(key, bit)
    if (!reaches(query, like, bit + 1)) return true
    return child !== null && collect(child, query, entries)
  }
  return side(left, false) && side(right, true)
}

function withBitFlipped(key: string, bit: number): string {
  const at = bit >> 3
  const byte = (at < key.length ? key.charCodeAt(at) : 0) ^ (0x80 >> (bit & 7))
  return key.slice(0, at).padEnd(at, '\0') + String.fromCharCode(byte)
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0))
}

function hexOf(hash: string): Hash {
  return toHex(bytesOf(hash))
}
