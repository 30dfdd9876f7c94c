import type { SignedReceipt } from '../../ledger/index.ts'
import { within } from '../network/index.ts'
import type { MoveOptions } from './options.ts'
import { dialOrigin, type LineOptions, receiptFrom } from './origin-line.ts'

/** An origin that is back answers within seconds; the next attempt may find one that is only slow. */
const ANSWER_MS = 30_000

/**
 * Asks an origin once more for the receipt of a move whose bytes are installed here. Throws for whatever reason there
 * is none; `signal` ends the attempt.
 */
export function askOrigin(options: LineOptions & Pick<MoveOptions, 'vmm'>): Promise<SignedReceipt> {
  const { vmm, migration } = options
  return within(ANSWER_MS, options.signal, async signal => {
    const { source } = await dialOrigin({ ...options, signal })
    try {
      // It gives way: the owner's word may come first, and then the machine must not wait for this reader.
      const content = await vmm.content(migration.machine, { givesWay: true })
      try {
        return await receiptFrom(source, content, options)
      } finally {
        await content.close()
      }
    } finally {
      void source.close()
    }
  })
}
