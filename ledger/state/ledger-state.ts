import type { Crypto } from '../crypto/index.ts'
import { decodeAs, encodeAs, toHex } from '../encoding/index.ts'
import type {
  AccountRecord,
  Genesis,
  Hash,
  HostRecord,
  MachineRecord,
  MigrationRecord,
  Picodollars,
  PublicKey,
  Uuid
} from '../records/index.ts'
import { networkOf } from '../statements/index.ts'
import type { Charge, Draft, Due, NestedDraft, Turn } from './state.ts'
import { codecOf, keyOf, type StateValue } from './tables.ts'
import { difference, hashLeaf, putValue, removeValue, treeRoot } from './tree.ts'
import { type Place, type StateTree, StateView } from './view.ts'

/** One key of the state as it is stored: ASCII key, canonical bytes; null where the key is gone. */
export interface StateChange {
  readonly key: string
  readonly value: Uint8Array | null
}

/** The state after one block. Immutable; old ones stay good, and share all that did not change. */
export class LedgerState extends StateView {
  /** @internal Only this room builds states from trees. */
  readonly tree: StateTree
  readonly #crypto: Crypto
  /** That of the state before; undefined for a state that no block has made here. */
  readonly #base: StateTree | undefined
  #changes: readonly StateChange[] | undefined

  constructor(place: Place, tree: StateTree, crypto: Crypto, base?: StateTree) {
    super(place)
    this.tree = tree
    this.#crypto = crypto
    this.#base = base
  }

  /** The state root that a header carries (`ledger/SPEC.md`, State). */
  root(): Hash {
    // What has changed is encoded once, for the root as for the store.
    if (this.#base !== undefined) this.changesSince(this.#base)
    const root = treeRoot(this.tree, this.#crypto, valueBytes)
    return toHex(Uint8Array.from(root, character => character.charCodeAt(0)))
  }

  /** @internal What turns the state of the tree `base` into this one; see `changes`. */
  changesSince(base: StateTree): readonly StateChange[] {
    if (base !== this.#base) return this.#encodeChanges(base)
    this.#changes ??= this.#encodeChanges(base)
    return this.#changes
  }

  #encodeChanges(base: StateTree): readonly StateChange[] {
    return difference(base, this.tree).map(([key, leaf]) => {
      if (leaf === null) return { key, value: null }
      const value = valueBytes(key, leaf.value)
      if (leaf.hash === null) hashLeaf(leaf, this.#crypto, value)
      return { key, value }
    })
  }

  /** The state as the block at `height` and `timeMs` will change it. */
  draft(height: number, timeMs: number): BlockDraft {
    return new BlockDraft({ ...this.place, height, timeMs }, this.tree, this.#crypto)
  }
}

abstract class OpenState extends StateView implements Draft {
  protected tree: StateTree

  constructor(place: Place, tree: StateTree) {
    super(place)
    this.tree = tree
  }

  putAccount(record: AccountRecord): void {
    const before = this.account(record.id)
    if (before !== undefined && before.name !== record.name) {
      this.#remove(keyOf.accountName(before.name))
    }
    this.#put(keyOf.account(record.id), record)
    if (before?.name !== record.name) this.#put(keyOf.accountName(record.name), record.id)
  }

  putHost(record: HostRecord): void {
    const before = this.host(record.uuid)
    if (before !== undefined && before.key !== record.key) this.#remove(keyOf.hostKey(before.key))
    this.#put(keyOf.host(record.owner, record.uuid), record)
    if (before === undefined) this.#put(keyOf.hostUuid(record.uuid), record.owner)
    if (before?.key !== record.key) this.#put(keyOf.hostKey(record.key), record.uuid)
  }

  putMachine(record: MachineRecord): void {
    const known = this.machine(record.uuid) !== undefined
    this.#put(keyOf.machine(record.owner, record.uuid), record)
    if (!known) this.#put(keyOf.machineUuid(record.uuid), record.owner)
  }

  removeMachine(uuid: Uuid): void {
    const machine = this.machine(uuid)
    if (machine === undefined) return
    this.#remove(keyOf.machine(machine.owner, uuid))
    this.#remove(keyOf.machineUuid(uuid))
  }

  putMigration(record: MigrationRecord): void {
    this.#put(keyOf.migration(record.machine), record)
  }

  removeMigration(machine: Uuid): void {
    this.#remove(keyOf.migration(machine))
  }

  schedule(due: Due): void {
    this.#put(keyOf.due(due), true)
  }

  unschedule(due: Due): void {
    this.#remove(keyOf.due(due))
  }

  putCharge(charge: Charge): void {
    this.#put(keyOf.charge(charge), true)
  }

  removeCharge(charge: Charge): void {
    this.#remove(keyOf.charge(charge))
  }

  putTurn(turn: Turn): void {
    this.#put(keyOf.turn(turn), true)
  }

  removeTurn(turn: Turn): void {
    this.#remove(keyOf.turn(turn))
  }

  standStill(ms: number): void {
    this.#put(keyOf.standstill, this.standstillMs + ms)
  }

  takeFee(amount: Picodollars): void {
    this.#put(keyOf.fees, this.fees + amount)
  }

  collectFees(coordinator: PublicKey, amount: Picodollars): void {
    this.#put(keyOf.collected(coordinator), this.collectedBy(coordinator) + amount)
  }

  issue(amount: Picodollars): void {
    this.#put(keyOf.issued, this.issued + amount)
  }

  nested(): NestedDraft {
    const base = this.tree
    return new Nested(this.place, base, changed => {
      if (this.tree !== base) throw new Error('the draft changed while a nested one was open')
      this.tree = changed
    })
  }

  #put(key: string, value: StateValue): void {
    this.tree = putValue(this.tree, key, value)
  }

  #remove(key: string): void {
    this.tree = removeValue(this.tree, key)
  }
}

class Nested extends OpenState implements NestedDraft {
  readonly #merge: (tree: StateTree) => void

  constructor(place: Place, tree: StateTree, merge: (tree: StateTree) => void) {
    super(place, tree)
    this.#merge = merge
  }

  merge(): void {
    this.#merge(this.tree)
  }
}

/** The draft of a whole block; dropping it forgets the block. */
export class BlockDraft extends OpenState {
  readonly #base: StateTree
  readonly #crypto: Crypto

  constructor(place: Place, tree: StateTree, crypto: Crypto) {
    super(place, tree)
    this.#base = tree
    this.#crypto = crypto
  }

  commit(): LedgerState {
    return new LedgerState(this.place, this.tree, this.#crypto, this.#base)
  }
}

/** The state before block 1: nobody, nothing, no money; its tree is empty. */
export function initialState(genesis: Genesis, crypto: Crypto): LedgerState {
  const place = { genesis, network: networkOf(genesis, crypto), height: 0, timeMs: genesis.timeMs }
  return new LedgerState(place, null, crypto)
}

/** What to store so that a store holding `before` holds `after`; in the order of keys. */
export function changes(before: LedgerState, after: LedgerState): readonly StateChange[] {
  return after.changesSince(before.tree)
}

/**
 * The state that was stored. Throws `EncodingError` on damaged bytes; the caller compares `root()` with that of
 * the block at `height`.
 */
export function restoreState(
  genesis: Genesis,
  crypto: Crypto,
  at: { readonly height: number; readonly timeMs: number },
  entries: Iterable<readonly [key: string, value: Uint8Array]>
): LedgerState {
  let tree: StateTree = null
  for (const [key, value] of entries) tree = putValue(tree, key, decodeAs(codecOf(key), value))
  return new LedgerState({ genesis, network: networkOf(genesis, crypto), ...at }, tree, crypto)
}

function valueBytes(key: string, value: StateValue): Uint8Array {
  return encodeAs(codecOf(key), value)
}
