import {
  type CompactRange,
  type Crypto,
  type Genesis,
  type Header,
  type LedgerState,
  networkOf,
  restoreStateFrom,
  type Tip
} from '../../ledger/index.ts'
import { damaged, StoreError } from './store-error.ts'

/** The state lies in one of two spaces: a snapshot is fetched into the other, which then takes its place. */
export type StateSpace = 'state' | 'state-beside'

/** Where the chain ends; everything that a `Tip` has beside its state. */
export interface Head {
  readonly network: string
  readonly height: number
  readonly timeMs: number
  readonly block: string
  readonly epoch: number
  readonly view: number
  readonly stateRoot: string
  readonly log: CompactRange
  readonly space: StateSpace
  /** Height of the snapshot that the chain was begun from: no block up to there is held. 0: all are. */
  readonly base: number
}

export function headOf(
  tip: Tip,
  header: Pick<Header, 'stateRoot'>,
  place: Pick<Head, 'space' | 'base'>
): Head {
  return {
    network: tip.state.network,
    height: tip.state.height,
    timeMs: tip.state.timeMs,
    block: tip.block,
    epoch: tip.epoch,
    view: tip.view,
    stateRoot: header.stateRoot,
    log: tip.log,
    ...place
  }
}

export function encodeHead(head: Head): Uint8Array {
  return Buffer.from(JSON.stringify(head), 'utf8')
}

/** A store of schema 1 knows one space and holds all blocks. */
export function parseHead(bytes: Uint8Array): Head {
  try {
    const head = JSON.parse(Buffer.from(bytes).toString('utf8')) as Head
    return { ...head, space: head.space ?? 'state', base: head.base ?? 0 }
  } catch (cause) {
    throw damaged('its head is no JSON', cause)
  }
}

type Entries = AsyncIterable<readonly [string, Uint8Array]>

export async function tipAt(
  head: Head,
  genesis: Genesis,
  crypto: Crypto,
  entries: Entries
): Promise<Tip> {
  if (head.network !== networkOf(genesis, crypto)) throw otherNetwork(head, genesis)
  const state = await stateAt(head, genesis, crypto, entries)
  const { block, epoch, view, log } = head
  return { state, block, epoch, view, log, sealing: false }
}

/** The state that the entries make; damage unless it has the root that it should have. */
export async function stateAt(
  at: Pick<Header, 'height' | 'timeMs' | 'stateRoot'>,
  genesis: Genesis,
  crypto: Crypto,
  entries: Entries
): Promise<LedgerState> {
  const { height, stateRoot } = at
  const state = await restoreStateFrom(genesis, crypto, at, entries).catch((cause: unknown) => {
    throw damaged(`the state at height ${height} does not decode`, cause)
  })
  const root = state.root()
  if (root === stateRoot) return state
  throw damaged(`the state at height ${height} has root ${root}, expected ${stateRoot}`)
}

function otherNetwork(head: Head, genesis: Genesis): StoreError {
  return new StoreError(
    'STORE_OTHER_NETWORK',
    `the store holds the ledger of network ${head.network.slice(0, 8)}, not that of "${genesis.name}": put the former genesis file back, or give another --data`
  )
}
