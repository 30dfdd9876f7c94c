import type { Crypto } from '../crypto/index.ts'
import { fromHex } from '../encoding/index.ts'
import { type CompactRange, EMPTY_RANGE, extendRange, leafHash } from '../merkle/index.ts'
import type { Genesis, Hash, Header } from '../records/index.ts'
import { initialState, type LedgerState } from '../state/index.ts'
import { hashHeader } from '../statements/index.ts'

/** The end of a chain: what the next block builds on. */
export interface Tip {
  readonly state: LedgerState
  /** Hash of the last header; the network id before block 1. */
  readonly block: Hash
  readonly epoch: number
  readonly view: number
  /** Tree over the hashes of all headers up to this one; the next header carries its root. */
  readonly log: CompactRange
}

export function genesisTip(genesis: Genesis, crypto: Crypto): Tip {
  const state = initialState(genesis, crypto)
  return { state, block: state.network, epoch: 0, view: 0, log: EMPTY_RANGE }
}

/** The block of `header` on `tip`; `state` is the one after it. */
export function tipAfter(tip: Tip, header: Header, state: LedgerState, crypto: Crypto): Tip {
  const block = hashHeader(header, crypto)
  const log = extendRange(tip.log, leafHash(crypto, fromHex(block)), crypto)
  return { state, block, epoch: header.epoch, view: header.view, log }
}
