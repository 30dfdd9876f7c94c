import {
  BLOCK_LIMITS,
  type CertifiedBlock,
  type CompactRange,
  type Crypto,
  certifiedBlockCodec,
  decodeAs,
  encodeAs,
  type FinalRecord,
  type Genesis,
  genesisTip,
  restoreState,
  type Tip
} from '../../ledger/index.ts'
import type { Database } from './database.ts'
import { damaged, StoreError } from './store-error.ts'

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
  /** Stored blocks from this height on, in order. */
  blocks(fromHeight: number): AsyncIterable<CertifiedBlock>
}

/** Where the chain ends; everything that a `Tip` has beside its state. */
interface Head {
  readonly network: string
  readonly height: number
  readonly timeMs: number
  readonly block: string
  readonly epoch: number
  readonly view: number
  readonly stateRoot: string
  readonly log: CompactRange
}

const HEAD_KEY = 'head'

export function openChain(database: Database): ChainStore {
  const options = { keyEncoding: 'utf8', valueEncoding: 'view' } as const
  const head = database.sublevel<string, Uint8Array>('chain', options)
  const blocks = database.sublevel<string, Uint8Array>('blocks', options)
  const state = database.sublevel<string, Uint8Array>('state', options)
  let height: number | undefined

  async function loadHead(): Promise<Head | undefined> {
    const bytes = await head.get(HEAD_KEY)
    return bytes === undefined ? undefined : parseHead(bytes)
  }

  return {
    async load(genesis, crypto) {
      const first = genesisTip(genesis, crypto)
      const found = await loadHead()
      height = found?.height ?? 0
      if (found === undefined) return first
      if (found.network !== first.state.network) throw otherNetwork(found, genesis)
      const entries: [string, Uint8Array][] = []
      for await (const entry of state.iterator()) entries.push(entry)
      return tipOf(found, genesis, crypto, entries)
    },

    async append(records, synced) {
      height ??= (await loadHead())?.height ?? 0
      const last = records.at(-1)
      if (last === undefined) return
      let next = height
      const written = records.map(({ certified, changes }) => {
        next += 1
        const got = certified.block.header.height
        if (got !== next) throw new Error(`block ${next} must be appended next, not block ${got}`)
        return { key: heightKey(got), block: encodeAs(certifiedBlockCodec, certified), changes }
      })
      // Operation by operation, under whole keys: a list's operations, or options of one, are copied and merged, which
      // costs several times as much.
      const batch = database.batch()
      for (const { key, block, changes } of written) {
        batch.put(blocks.prefixKey(key, 'utf8'), block)
        for (const change of changes) {
          const whole = state.prefixKey(change.key, 'utf8')
          if (change.value === null) batch.del(whole)
          else batch.put(whole, change.value)
        }
      }
      batch.put(head.prefixKey(HEAD_KEY, 'utf8'), encodeHead(last))
      await batch.write({ sync: synced })
      height = next
    },

    async sync() {
      // A synced write is behind all that were written before it.
      const value = await head.get(HEAD_KEY)
      if (value === undefined) return
      await database.batch([{ type: 'put', sublevel: head, key: HEAD_KEY, value }], { sync: true })
    },

    async *blocks(fromHeight) {
      let expected = Math.max(1, fromHeight)
      for await (const [key, bytes] of blocks.iterator({ gte: heightKey(expected) })) {
        if (key !== heightKey(expected)) throw damaged(`block ${expected} is missing`)
        yield decodeBlock(expected, bytes)
        expected += 1
      }
    }
  }
}

/** Heights as fixed-width text, so that the order of keys is the order of blocks. */
function heightKey(height: number): string {
  return String(height).padStart(16, '0')
}

function decodeBlock(height: number, bytes: Uint8Array): CertifiedBlock {
  try {
    return decodeAs(certifiedBlockCodec, bytes, BLOCK_LIMITS)
  } catch (cause) {
    throw damaged(`block ${height} does not decode`, cause)
  }
}

function encodeHead({ certified, tip }: FinalRecord): Uint8Array {
  const head: Head = {
    network: tip.state.network,
    height: tip.state.height,
    timeMs: tip.state.timeMs,
    block: tip.block,
    epoch: tip.epoch,
    view: tip.view,
    stateRoot: certified.block.header.stateRoot,
    log: tip.log
  }
  return Buffer.from(JSON.stringify(head), 'utf8')
}

function parseHead(bytes: Uint8Array): Head {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Head
  } catch (cause) {
    throw damaged('its head is no JSON', cause)
  }
}

function tipOf(
  head: Head,
  genesis: Genesis,
  crypto: Crypto,
  entries: readonly [string, Uint8Array][]
): Tip {
  const state = restored(head, () => restoreState(genesis, crypto, head, entries))
  const root = state.root()
  if (root !== head.stateRoot) {
    throw damaged(`the state at height ${head.height} has root ${root}, expected ${head.stateRoot}`)
  }
  const { block, epoch, view, log } = head
  return { state, block, epoch, view, log, sealing: false }
}

function restored<T>(head: Head, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw damaged(`the state at height ${head.height} does not decode`, cause)
  }
}

function otherNetwork(head: Head, genesis: Genesis): StoreError {
  return new StoreError(
    'STORE_OTHER_NETWORK',
    `the store holds the ledger of network ${head.network.slice(0, 8)}, not that of "${genesis.name}": put the former genesis file back, or give another --data`
  )
}
