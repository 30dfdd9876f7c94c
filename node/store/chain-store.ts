import {
  BLOCK_LIMITS,
  type CertifiedBlock,
  type Crypto,
  certifiedBlockCodec,
  decodeAs,
  encodeAs,
  type FinalRecord,
  type Genesis,
  genesisTip,
  type Tip
} from '../../ledger/index.ts'
import { encodeHead, type Head, headOf, tipAt } from './chain-head.ts'
import { forgetOlder, HEAD_KEY, numberKey, openTables } from './chain-tables.ts'
import type { Database } from './database.ts'
import { openSnapshots, type SnapshotStore } from './snapshot-store.ts'
import { damaged } from './store-error.ts'

/**
 * The chain and the state after its last block. One final block is one atomic write of block, state changes and
 * head, so that a crash between any two of them cannot exist.
 */
export interface ChainStore {
  /** The newest persisted tip, that of the genesis at first. The stored state must have the head's root. */
  load(genesis: Genesis, crypto: Crypto): Promise<Tip>
  /**
   * All of it written as one when this resolves. Heights must go on without a gap. Without `synced` a power cut may take
   * the newest away again, whole blocks at a time.
   */
  append(records: readonly FinalRecord[], synced: boolean): Promise<void>
  /** Everything appended so far outlives a power cut when this resolves. */
  sync(): Promise<void>
  /** Stored blocks from this height on, in order; the caller asks for none up to `baseHeight`. */
  blocks(fromHeight: number): AsyncIterable<CertifiedBlock>
  /** Height of the snapshot that the chain was begun from: no block up to there is held. 0: all are. */
  baseHeight(): Promise<number>
  readonly snapshots: SnapshotStore
}

export function openChain(database: Database): ChainStore {
  const tables = openTables(database)
  const { chain, blocks, states } = tables
  const snapshots = openSnapshots(tables)
  let head: Pick<Head, 'height' | 'space' | 'base'> | undefined

  async function known(): Promise<Pick<Head, 'height' | 'space' | 'base'>> {
    head ??= (await tables.head()) ?? { height: 0, space: 'state', base: 0 }
    return head
  }

  return {
    snapshots: {
      ...snapshots,
      async complete(snapshot, genesis, crypto) {
        const tip = await snapshots.complete(snapshot, genesis, crypto)
        head = undefined
        return tip
      }
    },

    async load(genesis, crypto) {
      const found = await tables.head()
      head = found
      if (found === undefined) return genesisTip(genesis, crypto)
      const tip = await tipAt(found, genesis, crypto, states[found.space].iterator())
      await snapshots.forgetPast(found.height)
      await forgetOlder(tables, found)
      return tip
    },

    async baseHeight() {
      return (await known()).base
    },

    async append(records, synced) {
      const { height, space, base } = await known()
      const last = records.at(-1)
      if (last === undefined) return
      const written = encodeBlocks(records, height)
      // Operation by operation, under whole keys: a list's operations, or options of one, are copied and merged, which
      // costs several times as much.
      const batch = database.batch()
      const state = states[space]
      for (const { key, block, changes } of written) {
        batch.put(blocks.prefixKey(key, 'utf8'), block)
        for (const change of changes) {
          const whole = state.prefixKey(change.key, 'utf8')
          if (change.value === null) batch.del(whole)
          else batch.put(whole, change.value)
        }
      }
      const newest = headOf(last.tip, last.certified.block.header, { space, base })
      batch.put(chain.prefixKey(HEAD_KEY, 'utf8'), encodeHead(newest))
      await batch.write({ sync: synced })
      head = newest
    },

    async sync() {
      // A synced write is behind all that were written before it.
      const value = await chain.get(HEAD_KEY)
      if (value === undefined) return
      const batch = database.batch()
      batch.put(chain.prefixKey(HEAD_KEY, 'utf8'), value)
      await batch.write({ sync: true })
    },

    async *blocks(fromHeight) {
      let expected = Math.max(1, fromHeight)
      for await (const [key, bytes] of blocks.iterator({ gte: numberKey(expected) })) {
        if (key !== numberKey(expected)) throw damaged(`block ${expected} is missing`)
        yield decodeBlock(expected, bytes)
        expected += 1
      }
    }
  }
}

/** Throws where they do not go on from `height` without a gap. */
function encodeBlocks(records: readonly FinalRecord[], height: number) {
  return records.map(({ certified, changes }, at) => {
    const next = height + 1 + at
    const got = certified.block.header.height
    if (got !== next) throw new Error(`block ${next} must be appended next, not block ${got}`)
    return { key: numberKey(got), block: encodeAs(certifiedBlockCodec, certified), changes }
  })
}

function decodeBlock(height: number, bytes: Uint8Array): CertifiedBlock {
  try {
    return decodeAs(certifiedBlockCodec, bytes, BLOCK_LIMITS)
  } catch (cause) {
    throw damaged(`block ${height} does not decode`, cause)
  }
}
