import type { Evidence } from '../../ledger/index.ts'
import type { ServiceContext } from './context.ts'
import { submit } from './machines.ts'

/** Brings evidence against a coordinator to the ledger, which slashes its bond; whoever is first has half of it. */
export async function accuse(
  context: ServiceContext,
  evidence: Evidence,
  log: (message: string) => void
): Promise<void> {
  const { ledger, accountId } = context
  try {
    if (!(await ledger.read(state => state.account(accountId) !== undefined))) return
    await submit(context, { type: 'evidence', evidence })
  } catch (error) {
    // Others have it too, and only the first is rewarded.
    log(
      `evidence was not taken by the ledger: ${error instanceof Error ? error.message : String(error)}`
    )
  }
}
