import type { RecordStore } from '../../node/store/index.ts'

/** Records that live as long as the test; what is in `map` is what would be on disk. */
export function memoryRecords<T>(map: Map<string, T> = new Map()): RecordStore<T> {
  const write: RecordStore<T>['write'] = async changes => {
    for (const { key, value } of changes) {
      if (value === null) map.delete(key)
      else map.set(key, structuredClone(value))
    }
  }
  return {
    get: async key => map.get(key),
    put: (key, value) => write([{ key, value }]),
    delete: key => write([{ key, value: null }]),
    write,
    async *entries() {
      for (const key of [...map.keys()].sort()) {
        const value = map.get(key)
        if (value !== undefined) yield [key, value] as const
      }
    }
  }
}
