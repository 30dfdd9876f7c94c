import { auditReport, auditStep, createAudit } from '../../ledger/index.ts'
import type { AuditView } from '../api/index.ts'
import type { ServiceContext } from './context.ts'

/** Invariants are held against every so many blocks, and the last: each check reads the whole state. */
const INVARIANTS_EVERY = 16

/** Replays everything from the genesis, believing nobody, this node included: what it holds, or a peer's blocks. */
export async function audit(context: ServiceContext): Promise<AuditView> {
  const { ledger } = context
  const { height, stateRoot } = ledger.head()
  let progress = createAudit(ledger.genesis, context.crypto, { invariantsEvery: INVARIANTS_EVERY })
  for await (const certified of ledger.blocks(1, height)) {
    progress = auditStep(progress, certified)
    if (progress.fault !== null) break
  }
  const report = auditReport(progress)
  const same = report.stateRoot === stateRoot
  return {
    ok: report.ok && same,
    fromHeight: 1,
    toHeight: report.height,
    blocks: report.height,
    transactions: progress.transactions,
    stateRoot: report.stateRoot,
    invariants: [
      ...report.lines,
      {
        name: 'the replayed state is the one this node answers from',
        ok: same,
        figure: `state root ${report.stateRoot.slice(0, 16)} at height ${report.height}`
      }
    ]
  }
}
