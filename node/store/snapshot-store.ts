import {
  BLOCK_LIMITS,
  type CertifiedHeader,
  type Crypto,
  certifiedHeaderCodec,
  decodeAs,
  encodeAs,
  type Genesis,
  type Snapshot,
  type StateEntry,
  type SyncProgress,
  syncProgressCodec,
  type Tip,
  tipOf
} from '../../ledger/index.ts'
import { encodeHead, headOf, type StateSpace, stateAt } from './chain-head.ts'
import {
  beside,
  type ChainTables,
  forgetOlder,
  HEAD_KEY,
  numberKey,
  PROGRESS_KEY
} from './chain-tables.ts'

/** A state that is fetched from others, beside the one the node answers from, until it takes its place. */
export interface SnapshotStore {
  /** How far the fetching had come; null where none is under way. */
  progress(): Promise<SyncProgress | null>
  /** Forgets what was fetched before. */
  begin(progress: SyncProgress): Promise<void>
  /** Entries and progress as one: a crash finds both or neither. */
  store(entries: readonly StateEntry[], progress: SyncProgress): Promise<void>
  /**
   * The fetched state becomes that of the chain, which holds no blocks up to it any more. Throws STORE_DAMAGED, and the
   * chain stays as it was, if what was stored is not the snapshot's state: fetching must begin anew then.
   */
  complete(snapshot: Snapshot, genesis: Genesis, crypto: Crypto): Promise<Tip>
  /** For those who begin at the genesis: the last headers of epochs whose blocks are not held. */
  keepHandOvers(handOvers: readonly CertifiedHeader[]): Promise<void>
  handOver(epoch: number): Promise<CertifiedHeader | undefined>
}

interface OwnSnapshots extends SnapshotStore {
  /** What was fetched for a height that the chain has passed by now is of no use. */
  forgetPast(height: number): Promise<void>
}

export function openSnapshots(tables: ChainTables): OwnSnapshots {
  const { database, chain, handOvers } = tables
  const fetched = async (): Promise<StateSpace> => beside((await tables.head())?.space ?? 'state')

  async function progress(): Promise<SyncProgress | null> {
    const bytes = await chain.get(PROGRESS_KEY)
    return bytes === undefined ? null : decodeAs(syncProgressCodec, bytes, BLOCK_LIMITS)
  }

  return {
    progress,

    async forgetPast(height) {
      const found = await progress()
      if (found === null || found.target.certified.header.height > height) return
      await chain.del(PROGRESS_KEY)
    },

    async begin(progress) {
      // In this order: progress that outlives its entries would end in another state.
      await chain.del(PROGRESS_KEY)
      await tables.states[await fetched()].clear()
      await chain.put(PROGRESS_KEY, encodeAs(syncProgressCodec, progress))
    },

    async store(entries, progress) {
      const state = tables.states[await fetched()]
      const batch = database.batch()
      for (const [key, value] of entries) batch.put(state.prefixKey(key, 'utf8'), value)
      batch.put(chain.prefixKey(PROGRESS_KEY, 'utf8'), encodeAs(syncProgressCodec, progress))
      await batch.write({ sync: false })
    },

    async complete(snapshot, genesis, crypto) {
      const { header } = snapshot.certified
      const space = await fetched()
      const state = await stateAt(header, genesis, crypto, tables.states[space].iterator()).catch(
        async (error: unknown) => {
          await chain.del(PROGRESS_KEY)
          throw error
        }
      )
      const tip = tipOf(snapshot, state, crypto)
      const head = headOf(tip, header, { space, base: header.height })
      const batch = database.batch()
      batch.put(chain.prefixKey(HEAD_KEY, 'utf8'), encodeHead(head))
      batch.del(chain.prefixKey(PROGRESS_KEY, 'utf8'))
      // Everything that was fetched is behind this write, and outlives a power cut with it.
      await batch.write({ sync: true })
      await forgetOlder(tables, head)
      return tip
    },

    async keepHandOvers(certified) {
      const batch = database.batch()
      for (const each of certified) {
        const key = handOvers.prefixKey(numberKey(each.header.epoch), 'utf8')
        batch.put(key, encodeAs(certifiedHeaderCodec, each))
      }
      await batch.write({ sync: false })
    },

    async handOver(epoch) {
      const bytes = await handOvers.get(numberKey(epoch))
      return bytes === undefined ? undefined : decodeAs(certifiedHeaderCodec, bytes, BLOCK_LIMITS)
    }
  }
}
