import type { Database } from './database.ts'
import { damaged } from './store-error.ts'
import type { Values } from './values.ts'

/** The closed list of what a node keeps beside the chain; one namespace of the store each. */
export type RecordSpace =
  | 'agreement'
  | 'events'
  | 'host'
  | 'host-arrivals'
  | 'host-departures'
  | 'host-executions'
  | 'host-machines'
  | 'light'
  | 'market'
  | 'operations'
  | 'owner'
  | 'transactions'

export interface RecordChange<T> {
  readonly key: string
  /** null removes. */
  readonly value: T | null
}

export interface Range {
  /** Inclusive. */
  readonly from?: string
  /** Exclusive. */
  readonly until?: string
  readonly reverse?: boolean
  readonly limit?: number
}

/** Records of one kind under text keys, in the order of the keys. */
export interface RecordStore<T> {
  get(key: string): Promise<T | undefined>
  /** On disk when it resolves. */
  put(key: string, value: T): Promise<void>
  /** On disk when it resolves; removing what is not there is no error. */
  delete(key: string): Promise<void>
  /** All or nothing. On disk when it resolves, unless `sync` is false: then a power cut may lose it. */
  write(changes: readonly RecordChange<T>[], options?: { readonly sync?: boolean }): Promise<void>
  entries(range?: Range): AsyncIterable<readonly [key: string, value: T]>
}

export function openRecords<T>(
  database: Database,
  space: RecordSpace,
  values: Values<T>
): RecordStore<T> {
  const level = database.sublevel<string, Uint8Array>(['records', space], {
    keyEncoding: 'utf8',
    valueEncoding: 'view'
  })
  const read = (key: string, bytes: Uint8Array): T => {
    try {
      return values.decode(bytes)
    } catch (cause) {
      throw damaged(`the record ${space}/${key} does not decode`, cause)
    }
  }
  return {
    async get(key) {
      const bytes = await level.get(key)
      return bytes === undefined ? undefined : read(key, bytes)
    },
    put: (key, value) =>
      database.batch([{ type: 'put', sublevel: level, key, value: values.encode(value) }], {
        sync: true
      }),
    delete: key => database.batch([{ type: 'del', sublevel: level, key }], { sync: true }),
    write: (changes, options) =>
      database.batch(
        changes.map(({ key, value }) =>
          value === null
            ? ({ type: 'del', sublevel: level, key } as const)
            : ({ type: 'put', sublevel: level, key, value: values.encode(value) } as const)
        ),
        { sync: options?.sync ?? true }
      ),
    async *entries(range = {}) {
      const { from, until, reverse, limit } = range
      const bounds = {
        ...(from === undefined ? {} : { gte: from }),
        ...(until === undefined ? {} : { lt: until })
      }
      const iterator = level.iterator({ ...bounds, reverse: reverse ?? false, limit: limit ?? -1 })
      for await (const [key, bytes] of iterator) yield [key, read(key, bytes)] as const
    }
  }
}
