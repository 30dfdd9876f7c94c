import type { LedgerHead } from '../api/index.ts'
import type { ServiceContext } from './context.ts'

/** The newest block, as this node knows it. A light node has its header only. */
export async function showHead({ ledger }: ServiceContext): Promise<LedgerHead> {
  const { network } = ledger.context
  // A light node looks for a newer one, and fails where there is none that is new enough.
  await ledger.read(({ height }) => height)
  const { height, timeMs, block, stateRoot } = ledger.head()
  const transactions = ledger.kind === 'light' ? null : await countOf(ledger, height)
  return { network, height, hash: block, timeMs, stateRoot, transactions }
}

async function countOf(ledger: ServiceContext['ledger'], height: number): Promise<number> {
  for await (const { block } of ledger.blocks(height, height)) return block.transactions.length
  return 0
}
