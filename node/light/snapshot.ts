import {
  type Crypto,
  covers,
  type Genesis,
  type Hash,
  HEAD_AGE_MAX_MS,
  type Header,
  hashHeader,
  initialState,
  type Light,
  PartialState,
  type ProvenPart,
  type StateQuery
} from '../../ledger/index.ts'
import type { LedgerPoint } from '../ledger-access/index.ts'

type OnRead = (query: StateQuery, isProven: boolean) => void

/** What was proven of the state after one block. */
export class Snapshot {
  readonly point: LedgerPoint
  readonly part: ProvenPart
  readonly #state: PartialState
  /** Looks are synchronous: there is one at a time. */
  #onRead: OnRead = () => undefined

  constructor(genesis: Genesis, network: Hash, point: LedgerPoint, part: ProvenPart) {
    const { height, timeMs } = point
    this.point = point
    this.part = part
    this.#state = new PartialState({ genesis, network, height, timeMs }, part, (query, isProven) =>
      this.#onRead(query, isProven)
    )
  }

  /** Bytes of all that was proven. */
  get bytes(): number {
    return this.part.entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  }

  isFresh(nowMs: number): boolean {
    return this.point.height > 0 && nowMs - this.point.timeMs <= HEAD_AGE_MAX_MS
  }

  read<T>(look: (state: PartialState) => T, onRead: OnRead): T {
    this.#onRead = onRead
    return look(this.#state)
  }
}

export function pointOf(header: Header, crypto: Crypto): LedgerPoint {
  const { height, timeMs, stateRoot } = header
  return { height, timeMs, stateRoot, block: hashHeader(header, crypto) }
}

/** Where a light node is when it begins; nothing of the state is proven there. */
export function firstSnapshot(
  genesis: Genesis,
  { head, network }: Light,
  crypto: Crypto
): Snapshot {
  const point = head === null ? genesisPoint(genesis, crypto) : pointOf(head, crypto)
  return new Snapshot(genesis, network, point, { queries: [], entries: [] })
}

function genesisPoint(genesis: Genesis, crypto: Crypto): LedgerPoint {
  const state = initialState(genesis, crypto)
  return { height: 0, timeMs: genesis.timeMs, block: state.network, stateRoot: state.root() }
}

/** Both of one block: what either proves is proven. */
export function mergeParts(one: ProvenPart, other: ProvenPart): ProvenPart {
  const entries = new Map([...one.entries, ...other.entries].map(entry => [entry[0], entry]))
  return {
    queries: fewest([...one.queries, ...other.queries]),
    entries: [...entries.values()]
  }
}

/** The same questions without those that another one answers. */
export function fewest(queries: readonly StateQuery[]): readonly StateQuery[] {
  const ranges = queries.filter(({ kind }) => kind === 'range')
  const kept = new Map<string, StateQuery>()
  for (const query of queries) {
    const isCovered = ranges.some(range => covers(range, query) && !covers(query, range))
    if (!isCovered) kept.set(idOf(query), query)
  }
  return [...kept.values()]
}

export function idOf(query: StateQuery): string {
  return query.kind === 'key' ? `key ${query.key}` : `range ${query.from} ${query.to ?? ''}`
}
