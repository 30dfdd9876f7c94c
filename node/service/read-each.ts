import type { StateReader } from '../../ledger/index.ts'
import type { LedgerAccess } from '../ledger-access/index.ts'

/** Of each the host, the way to it by its UUID, and its owner: 768 of the 1,024 questions that one request may ask. */
const AT_ONCE = 256

/** What the ledger says of each of many things that have nothing to do with each other, and so need not be of one state. */
export async function readEach<T, R>(
  ledger: LedgerAccess,
  things: readonly T[],
  look: (state: StateReader, thing: T) => R
): Promise<R[]> {
  const found: R[] = []
  for (let at = 0; at < things.length; at += AT_ONCE) {
    const some = things.slice(at, at + AT_ONCE)
    found.push(...(await ledger.read(state => some.map(thing => look(state, thing)))))
  }
  return found
}
