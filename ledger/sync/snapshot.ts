/** A snapshot: the state under a certified header, and what else the next block builds on. */
import type { Tip } from '../chain/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  type Codec,
  certifiedHeaderCodec,
  fields,
  fromHex,
  list,
  record
} from '../encoding/index.ts'
import { checkHeader, type Light } from '../light/index.ts'
import { extendRange, leafHash, rangeRoot } from '../merkle/index.ts'
import { isBefore, isKey, stateKeyCodec } from '../proofs/index.ts'
import type { CertifiedHeader, Hash } from '../records/index.ts'
import type { LedgerState } from '../state/index.ts'
import { hashHeader } from '../statements/index.ts'
import { anyKey, isLeaf, type Node } from '../tree/index.ts'
import type { SyncFault } from './faults.ts'

/** One for each bit of the largest number of headers there can be. */
const LOG_MAX = 53
/** Ranges that a state is divided into: more than peers are asked at once, so that all of them end together. */
export const SPLITS_MAX = 63

export interface Snapshot {
  readonly certified: CertifiedHeader
  /** Roots of the full subtrees over all headers before this one, largest first: what its log root is made of. */
  readonly log: readonly Hash[]
}

/** What a peer says of a snapshot that it can give. */
export interface SnapshotOffer extends Snapshot {
  /**
   * Keys, in order, between which there is about as much of the state. Only advice: whatever they are, the ranges between
   * them are the whole state.
   */
  readonly splits: readonly string[]
}

export const snapshotCodec: Codec<Snapshot> = record({
  certified: certifiedHeaderCodec,
  log: list(fields.hash, LOG_MAX)
})

export const snapshotOfferCodec: Codec<SnapshotOffer> = record({
  certified: certifiedHeaderCodec,
  log: list(fields.hash, LOG_MAX),
  splits: list(stateKeyCodec, SPLITS_MAX)
})

/** null if the snapshot's header is final and the log is that of the headers before it. */
export function checkOffer(light: Light, offer: SnapshotOffer, crypto: Crypto): SyncFault | null {
  return (
    checkHeader(light, offer.certified, crypto) ?? checkLog(offer, crypto) ?? checkSplits(offer)
  )
}

function checkLog({ certified, log }: Snapshot, crypto: Crypto): SyncFault | null {
  const { header } = certified
  const size = header.height - 1
  const expected = onesOf(size)
  if (log.length !== expected) {
    const message = `${log.length} hashes of ${size} headers, ${expected} are expected`
    return { code: 'SYNC_WRONG_LOG', message }
  }
  const root = rangeRoot({ size, full: log }, crypto)
  if (root === header.logRoot) return null
  const message = `the log before header ${header.height} has the root ${root}, the header says ${header.logRoot}`
  return { code: 'SYNC_WRONG_LOG', message }
}

/** The ones in a binary number of up to 53 bits. */
function onesOf(number: number): number {
  let ones = 0
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}

function checkSplits({ splits }: SnapshotOffer): SyncFault | null {
  const wrong = splits.find((key, at) => {
    const before = splits[at - 1]
    return !isKey(key) || (before !== undefined && !isBefore(before, key))
  })
  if (wrong === undefined) return null
  return { code: 'SYNC_WRONG_SPLITS', message: `'${wrong}' is no key behind the one before it` }
}

/**
 * Keys that divide a state into parts for `SnapshotOffer`, found without walking it: again and again the subtree is
 * divided that looks deepest, for keys are spread evenly within each table.
 */
export function splitsOf({ tree }: LedgerState): readonly string[] {
  if (tree === null) return []
  const parts = [partOf(tree)]
  while (parts.length <= SPLITS_MAX) {
    const deepest = parts.reduce((best, part) => (part.depth > best.depth ? part : best))
    if (isLeaf(deepest.node)) break
    const { left, right } = deepest.node
    parts.splice(parts.indexOf(deepest), 1, partOf(left), partOf(right))
  }
  return parts.slice(1).map(({ node }) => anyKey(node))
}

interface Part {
  readonly node: Node<unknown>
  /** Of its first leaf. */
  readonly depth: number
}

function partOf(node: Node<unknown>): Part {
  let depth = 0
  for (let at = node; !isLeaf(at); at = at.left) depth += 1
  return { node, depth }
}

/** What the next block builds on, where `state` is the whole state of the snapshot. */
export function tipOf({ certified, log }: Snapshot, state: LedgerState, crypto: Crypto): Tip {
  const { header } = certified
  const { epoch, view, height } = header
  const block = hashHeader(header, crypto)
  const before = { size: height - 1, full: log }
  const leaf = leafHash(crypto, fromHex(block))
  return { state, block, epoch, view, log: extendRange(before, leaf, crypto), sealing: false }
}
