import { setImmediate as turn } from 'node:timers/promises'
import { followBlock, genesisTip, type Tip, type Uuid } from '../../ledger/index.ts'
import { type LedgerAccess, LedgerAccessError } from '../ledger-access/index.ts'
import { type VersionRow, versionsIn } from './versions.ts'

/** Blocks executed before others get their turn. */
const BLOCKS_AT_ONCE = 50

/**
 * Every version of every machine, read from the blocks themselves when somebody asks: the state on the ledger knows
 * only the newest. On a light node they are a peer's; here or there all of them are checked. The first question replays
 * the chain, the next ones what has been added since.
 */
export class VersionHistory {
  readonly #ledger: LedgerAccess
  readonly #rows = new Map<Uuid, VersionRow[]>()
  #tip: Tip
  #reading: Promise<unknown> = Promise.resolve()

  constructor(ledger: LedgerAccess) {
    this.#ledger = ledger
    this.#tip = genesisTip(ledger.genesis, ledger.context.crypto)
  }

  /** The oldest first. */
  async of(machine: Uuid): Promise<readonly VersionRow[]> {
    const read = this.#reading.then(() => this.#readOn())
    this.#reading = read.catch(() => undefined)
    await read
    return this.#rows.get(machine) ?? []
  }

  async #readOn(): Promise<void> {
    const { context } = this.#ledger
    const { height: newest } = this.#ledger.head()
    for await (const certified of this.#ledger.blocks(this.#tip.state.height + 1, newest)) {
      const { height } = certified.block.header
      const executed = followBlock(this.#tip, certified, context)
      if (!executed.ok) {
        const message = `block ${height} does not follow: ${executed.fault.message}`
        throw new LedgerAccessError('LEDGER_UNPROVEN', message)
      }
      const { state } = executed.tip
      for (const row of versionsIn(certified, this.#tip.state, state, context.crypto)) {
        const rows = this.#rows.get(row.machine)
        if (rows === undefined) this.#rows.set(row.machine, [row])
        else rows.push(row)
      }
      this.#tip = executed.tip
      if (height % BLOCKS_AT_ONCE === 0) await turn()
    }
  }
}
