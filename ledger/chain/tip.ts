/**
 * The end of a chain: what the next block builds on. After the last block of an epoch two things may follow:
 *
 *     ── block ── block ── last block ──────── first block of the next epoch, of the next set ── ...
 *                               └── sealing ── sealing ── ...
 *
 * Sealing blocks are of the old epoch and its set. They are empty, change nothing and are no part of the chain: they
 * are there so that the last block can become final by a descendant, when its own view found no quorum for it.
 */
import type { Crypto } from '../crypto/index.ts'
import { fromHex } from '../encoding/index.ts'
import { type CompactRange, EMPTY_RANGE, extendRange, leafHash } from '../merkle/index.ts'
import type { Genesis, Hash, Header } from '../records/index.ts'
import { initialState, type LedgerState } from '../state/index.ts'
import { hashHeader } from '../statements/index.ts'

export interface Tip {
  readonly state: LedgerState
  /** Hash of the last header; the network id before block 1. */
  readonly block: Hash
  /** Of the last header: after the last block of an epoch one less than that of the state. */
  readonly epoch: number
  readonly view: number
  /** Tree over the hashes of all headers of the chain up to this one; the next header carries its root. */
  readonly log: CompactRange
  /** The last block is a sealing one. */
  readonly sealing: boolean
}

export function genesisTip(genesis: Genesis, crypto: Crypto): Tip {
  const state = initialState(genesis, crypto)
  return { state, block: state.network, epoch: 0, view: 0, log: EMPTY_RANGE, sealing: false }
}

/** Whether the last block of an epoch is at or below this tip. */
export function hasEnded({ state, epoch }: Tip): boolean {
  return state.epoch.epoch !== epoch
}

/** The block of `header` on `tip`; `state` is the one after it. */
export function tipAfter(tip: Tip, header: Header, state: LedgerState, crypto: Crypto): Tip {
  const block = hashHeader(header, crypto)
  const sealing = isSealing(tip, header)
  const log = sealing ? tip.log : extendRange(tip.log, leafHash(crypto, fromHex(block)), crypto)
  return { state, block, epoch: header.epoch, view: header.view, log, sealing }
}

/** Whether a block of this epoch can only be a sealing one here. */
export function isSealing(tip: Tip, { epoch }: Pick<Header, 'epoch'>): boolean {
  return hasEnded(tip) && epoch === tip.epoch
}
