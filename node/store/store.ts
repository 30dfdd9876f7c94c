import { type ChainStore, openChain } from './chain-store.ts'
import { closeDatabase, openDatabase } from './database.ts'
import { openRecords, type RecordSpace, type RecordStore } from './record-store.ts'
import type { Values } from './values.ts'

/** Everything a node must not forget. One process at a time. */
export interface Store {
  readonly chain: ChainStore
  /** Call once for each space. */
  records<T>(space: RecordSpace, values: Values<T>): RecordStore<T>
  close(): Promise<void>
}

/** Throws `StoreError`. */
export async function openStore(location: string): Promise<Store> {
  const database = await openDatabase(location)
  return {
    chain: openChain(database),
    records: (space, values) => openRecords(database, space, values),
    close: () => closeDatabase(database)
  }
}
