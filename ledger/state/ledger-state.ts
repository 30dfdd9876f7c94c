import type { Crypto } from '../crypto/index.ts'
import { decodeAs, encodeAs, toHex } from '../encoding/index.ts'
import type { Genesis, Hash } from '../records/index.ts'
import { networkOf } from '../statements/index.ts'
import { difference, hashLeaf, putValue, treeRoot } from '../tree/index.ts'
import { OpenState } from './open-state.ts'
import { codecOf, type StateValue } from './tables.ts'
import { type Place, type StateTree, StateView } from './view.ts'

/** One key of the state as it is stored: ASCII key, canonical bytes; null where the key is gone. */
export interface StateChange {
  readonly key: string
  readonly value: Uint8Array | null
}

/** The state after one block. Immutable; old ones stay good, and share all that did not change. */
export class LedgerState extends StateView {
  /** @internal Only this room builds states from trees; proofs are cut out of them. */
  readonly tree: StateTree
  /** @internal What its hashes are made with. */
  readonly crypto: Crypto
  /** That of the state before; undefined for a state that no block has made here. */
  readonly #base: StateTree | undefined
  #changes: readonly StateChange[] | undefined

  constructor(place: Place, tree: StateTree, crypto: Crypto, base?: StateTree) {
    super(place)
    this.tree = tree
    this.crypto = crypto
    this.#base = base
  }

  /** The state root that a header carries (`ledger/SPEC.md`, State). */
  root(): Hash {
    // What has changed is encoded once, for the root as for the store.
    if (this.#base !== undefined) this.changesSince(this.#base)
    const root = treeRoot(this.tree, this.crypto, stateValueBytes)
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
      const value = stateValueBytes(key, leaf.value)
      if (leaf.hash === null) hashLeaf(leaf, this.crypto, value)
      return { key, value }
    })
  }

  /** The state as the block at `height` and `timeMs` will change it. */
  draft(height: number, timeMs: number): BlockDraft {
    return new BlockDraft({ ...this.place, height, timeMs }, this.tree, this.crypto)
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

/** The same from entries that come one after the other, so that their bytes need not all be held. */
export async function restoreStateFrom(
  genesis: Genesis,
  crypto: Crypto,
  at: { readonly height: number; readonly timeMs: number },
  entries: AsyncIterable<readonly [key: string, value: Uint8Array]>
): Promise<LedgerState> {
  const place = {
    genesis,
    network: networkOf(genesis, crypto),
    height: at.height,
    timeMs: at.timeMs
  }
  let tree: StateTree = null
  for await (const [key, value] of entries)
    tree = putValue(tree, key, decodeAs(codecOf(key), value))
  return new LedgerState(place, tree, crypto)
}

/** Canonical bytes of what stands under a key. */
export function stateValueBytes(key: string, value: StateValue): Uint8Array {
  return encodeAs(codecOf(key), value)
}
