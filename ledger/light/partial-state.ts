import { decodeAs } from '../encoding/index.ts'
import { covers, isKey, prefixQuery, type StateEntry, type StateQuery } from '../proofs/index.ts'
import type { HostRecord, MachineRecord, Uuid } from '../records/index.ts'
import {
  codecOf,
  type Draft,
  keyOf,
  OpenState,
  type Place,
  type StateTree,
  StateView
} from '../state/index.ts'
import { putValue } from '../tree/index.ts'

/** What was proven of one state: all answers to some queries. */
export interface ProvenPart {
  readonly queries: readonly StateQuery[]
  readonly entries: readonly StateEntry[]
}

/** Told of each read; `isProven` says whether the part holds the answer. May throw to refuse the read. */
export type OnRead = (query: StateQuery, isProven: boolean) => void

/**
 * A state of which only a part is known. It reads like a whole one, and whoever reads beyond the part is told
 * so: what was not asked for must not be taken for what does not exist.
 */
export class PartialState extends StateView {
  protected readonly tree: StateTree
  readonly #keys: ReadonlySet<string>
  readonly #ranges: readonly StateQuery[]
  readonly #machines: ReadonlyMap<Uuid, MachineRecord>
  readonly #hosts: ReadonlyMap<Uuid, HostRecord>
  readonly #onRead: OnRead

  /** Throws `EncodingError` where an entry is no value of its table. */
  constructor(place: Place, { queries, entries }: ProvenPart, onRead: OnRead) {
    super(place)
    let tree: StateTree = null
    const machines = new Map<Uuid, MachineRecord>()
    const hosts = new Map<Uuid, HostRecord>()
    for (const [key, bytes] of entries) {
      const value = decodeAs(codecOf(key), bytes)
      tree = putValue(tree, key, value)
      if (key.startsWith('machine/')) note(machines, value as MachineRecord)
      if (key.startsWith('host/')) note(hosts, value as HostRecord)
    }
    this.tree = tree
    this.#machines = machines
    this.#hosts = hosts
    this.#keys = new Set(queries.flatMap(query => (query.kind === 'key' ? [query.key] : [])))
    this.#ranges = queries.filter(({ kind }) => kind === 'range')
    this.#onRead = onRead
  }

  /** A machine among those that were proven needs no other proof that its UUID is its owner's. */
  override machine(uuid: Uuid): MachineRecord | undefined {
    const known = this.#keys.has(keyOf.machineUuid(uuid)) ? undefined : this.#machines.get(uuid)
    return known ?? super.machine(uuid)
  }

  override host(uuid: Uuid): HostRecord | undefined {
    const known = this.#keys.has(keyOf.hostUuid(uuid)) ? undefined : this.#hosts.get(uuid)
    return known ?? super.host(uuid)
  }

  /** To see what a rule would say. What the rule reads beyond the part is told as any other read is. */
  draft(): Draft {
    return new PartialDraft(this.place, this.tree, (key, isPrefix) => this.touch(key, isPrefix))
  }

  protected override touch(key: string, isPrefix: boolean): void {
    // Nothing can stand under a key that no state has.
    if (!isKey(key)) return
    const query: StateQuery = isPrefix ? prefixQuery(key) : { kind: 'key', key }
    this.#onRead(query, this.#isProven(query))
  }

  #isProven(query: StateQuery): boolean {
    if (query.kind === 'key' && this.#keys.has(query.key)) return true
    return this.#ranges.some(range => covers(range, query))
  }
}

class PartialDraft extends OpenState {
  readonly #onTouch: (key: string, isPrefix: boolean) => void

  constructor(place: Place, tree: StateTree, onTouch: (key: string, isPrefix: boolean) => void) {
    super(place, tree)
    this.#onTouch = onTouch
  }

  protected override touch(key: string, isPrefix: boolean): void {
    this.#onTouch(key, isPrefix)
  }
}

function note<T extends { readonly uuid: Uuid }>(known: Map<Uuid, T>, record: T): void {
  known.set(record.uuid, record)
}
