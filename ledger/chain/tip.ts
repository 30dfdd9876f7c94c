import type { Crypto } from '../crypto/index.ts'
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
}

export function genesisTip(genesis: Genesis, crypto: Crypto): Tip {
  const state = initialState(genesis, crypto)
  return { state, block: state.network, epoch: 0, view: 0 }
}

/** `state` is the one after the block of `header`. */
export function tipAfter(header: Header, state: LedgerState, crypto: Crypto): Tip {
  return { state, block: hashHeader(header, crypto), epoch: header.epoch, view: header.view }
}
