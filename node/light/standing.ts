import { keyOf, type StateQuery } from '../../ledger/index.ts'
import { fewest, idOf } from './snapshot.ts'

/** A screen that is looked at asks again every two seconds; a command that waits, with each head. */
const KEPT_MS = 15_000
/** A quarter of what one request may ask: the rest is for what is asked for the first time. */
const KEPT_MAX = 256

/** Each node wants to know who coordinates. */
const ALWAYS: StateQuery = { kind: 'key', key: keyOf.epoch }

/**
 * What was read a moment ago will be read again under the next head: it is proven together with it, so that whoever
 * asks again every other second costs no request.
 */
export class StandingQueries {
  readonly #used = new Map<string, { readonly query: StateQuery; readonly atMs: number }>()

  use(query: StateQuery, nowMs: number): void {
    const id = idOf(query)
    // Moved to the end: the oldest stands first.
    this.#used.delete(id)
    this.#used.set(id, { query, atMs: nowMs })
    const [oldest] = this.#used.keys()
    if (this.#used.size > KEPT_MAX && oldest !== undefined) this.#used.delete(oldest)
  }

  /** With what is still used, as few queries as ask for all of it. */
  with(queries: readonly StateQuery[], nowMs: number): readonly StateQuery[] {
    for (const [id, { atMs }] of this.#used) {
      if (nowMs - atMs > KEPT_MS) this.#used.delete(id)
    }
    const standing = [...this.#used.values()].map(({ query }) => query)
    return fewest([ALWAYS, ...queries, ...standing])
  }

  clear(): void {
    this.#used.clear()
  }
}
