import {
  applyTransaction,
  type CertifiedBlock,
  chainContext,
  type Genesis,
  runDues,
  type StateReader
} from '../../ledger/index.ts'
import { NaiveState } from '../support/naive-state.ts'
import { toyCrypto } from '../support/toy-crypto.ts'
import type { Chance } from './chance.ts'

/** Empty blocks that are put before one of the chain's. */
const EXTRA_MAX = 2

/**
 * The chain's transactions at their times, in the plain store, with empty blocks put between; not into a pause of
 * more than a lease, in which all clocks stand.
 */
export function replayInOtherCuts(
  genesis: Genesis,
  chain: readonly CertifiedBlock[],
  chance: Chance
): NaiveState {
  const context = chainContext(genesis, toyCrypto)
  let state = new NaiveState(genesis, context.network)
  for (const { block } of chain) {
    const { height, timeMs } = block.header
    for (let extra = chance.between(0, EXTRA_MAX); extra > 0; extra--) {
      const pauseMs = timeMs - state.timeMs
      if (pauseMs < 2 || pauseMs > genesis.parameters.leaseMs) break
      state = after(state, height, chance.between(state.timeMs + 1, timeMs - 1))
    }
    state = after(state, height, timeMs)
    for (const signed of block.transactions) applyTransaction(state, signed, context)
  }
  return state
}

/** The next block's state, before its transactions. */
function after(state: NaiveState, height: number, timeMs: number): NaiveState {
  const draft = state.draftOf(height, timeMs)
  runDues(draft, state.timeMs)
  return draft
}

/** All that people own or owe. */
export function contentsOf(state: StateReader): string {
  const records = [
    state.accounts(),
    state.hosts(),
    state.machines(),
    state.migrations(),
    state.dues()
  ]
  return records.map(each => [...each].map(written).sort().join('\n')).join('\n\n')
}

function written(record: unknown): string {
  return JSON.stringify(record, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value
  )
}
