import { type Head, parseHead, type StateSpace } from './chain-head.ts'
import type { Database } from './database.ts'

/** A part of the database under a prefix of its own. */
export interface Table {
  get(key: string): Promise<Uint8Array | undefined>
  put(key: string, value: Uint8Array): Promise<void>
  del(key: string): Promise<void>
  clear(range?: { readonly lt?: string }): Promise<void>
  iterator(range?: { readonly gte?: string }): AsyncIterable<[string, Uint8Array]>
  /** The key as the whole database knows it, for a batch over several tables. */
  prefixKey(key: string, format: 'utf8'): string
}

/** Where the parts of a chain lie in the store. */
export interface ChainTables {
  readonly database: Database
  /** The head, and the progress of a snapshot that is being fetched. */
  readonly chain: Table
  readonly blocks: Table
  readonly states: Readonly<Record<StateSpace, Table>>
  readonly handOvers: Table
  head(): Promise<Head | undefined>
}

export const HEAD_KEY = 'head'
export const PROGRESS_KEY = 'sync'

export function openTables(database: Database): ChainTables {
  const chain = tableOf(database, 'chain')
  return {
    database,
    chain,
    blocks: tableOf(database, 'blocks'),
    states: {
      state: tableOf(database, 'state'),
      'state-beside': tableOf(database, 'state-beside')
    },
    handOvers: tableOf(database, 'hand-overs'),
    async head() {
      const bytes = await chain.get(HEAD_KEY)
      return bytes === undefined ? undefined : parseHead(bytes)
    }
  }
}

function tableOf(database: Database, name: string): Table {
  const options = { keyEncoding: 'utf8', valueEncoding: 'view' } as const
  return database.sublevel<string, Uint8Array>(name, options)
}

/** Numbers as fixed-width text, so that the order of keys is that of heights and epochs. */
export function numberKey(number: number): string {
  return String(number).padStart(16, '0')
}

/** The space that the chain's state is not in. */
export function beside(space: StateSpace): StateSpace {
  return space === 'state' ? 'state-beside' : 'state'
}

/** What a snapshot has taken the place of; a crash may have left it. */
export async function forgetOlder(tables: ChainTables, head: Head): Promise<void> {
  if (head.base > 0) await tables.blocks.clear({ lt: numberKey(head.base + 1) })
  if ((await tables.chain.get(PROGRESS_KEY)) === undefined) {
    await tables.states[beside(head.space)].clear()
  }
}
