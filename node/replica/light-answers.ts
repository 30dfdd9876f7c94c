/** What a full node answers to those that replay nothing: all of it can be checked, so none of it need be believed. */
import { proveTransaction, proveWithin } from '../../ledger/index.ts'
import {
  EPOCHS_MAX,
  type LedgerHandler,
  type LedgerRefusal,
  PROOF_BYTES_MAX
} from '../../protocols/ledger/index.ts'
import { within } from '../network/index.ts'
import type { SnapshotKeeper } from './chain-keeper.ts'
import { blockAt, HandOvers, headerOf } from './hand-overs.ts'
import { RecentTransactions } from './recent-transactions.ts'
import type { Replica } from './replica.ts'

/** Twice the time in which an idle ledger makes a block. */
const NEXT_HEAD_MS = 10_000

export function lightAnswers(
  replica: Replica,
  keeper: Pick<SnapshotKeeper, 'handOver'>
): Pick<LedgerHandler, 'epochs' | 'read' | 'outcome'> {
  const handOvers = new HandOvers(replica, keeper)
  const recent = new RecentTransactions(replica)
  const { crypto } = replica.context
  return {
    epochs: async ({ fromEpoch }) => ({ handOvers: await handOvers.from(fromEpoch, EPOCHS_MAX) }),
    async read({ afterHeight, queries }, signal) {
      await within(NEXT_HEAD_MS, signal, patience =>
        replica.until(({ height }) => height > afterHeight, patience)
      ).catch(() => undefined)
      const state = replica.state()
      const newest = await blockAt(replica, state.height)
      if (newest === undefined) return refusal('HEIGHT_UNKNOWN', 'there is no block here yet')
      const proof = proveWithin(state, queries, PROOF_BYTES_MAX)
      if (proof !== null) return { head: headerOf(newest), proof }
      const message = `the proof would have more than ${PROOF_BYTES_MAX} bytes: ask for narrower ranges`
      return refusal('PROOF_TOO_LARGE', message)
    },
    async outcome({ transaction }) {
      const height = recent.heightOf(transaction)
      const certified = height === undefined ? undefined : await blockAt(replica, height)
      const at = certified?.block.transactions.findIndex(
        signed => replica.hashOf(signed) === transaction
      )
      if (certified === undefined || at === undefined || at < 0) {
        return refusal('OUTCOME_UNKNOWN', 'none of the newest blocks here holds this transaction')
      }
      return { block: headerOf(certified), proof: proveTransaction(certified.block, at, crypto) }
    }
  }
}

function refusal(code: LedgerRefusal['code'], message: string): LedgerRefusal {
  return { code, message }
}
