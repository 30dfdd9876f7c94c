import { auditReport, auditStep, createAudit } from '../../ledger/index.ts'
import type { AuditView } from '../api/index.ts'
import type { ServiceContext } from './context.ts'

/** Invariants are held against every so many blocks, and the last: each check reads the whole state. */
const INVARIANTS_EVERY = 16

/** Replays everything this node holds from the genesis, believing nobody, itself included. */
export async function audit(context: ServiceContext): Promise<AuditView> {
  const { replica } = context
  const state = replica.state()
  let progress = createAudit(state.genesis, context.crypto, { invariantsEvery: INVARIANTS_EVERY })
  for await (const certified of replica.blocks(1)) {
    if (certified.block.header.height > state.height) break
    progress = auditStep(progress, certified)
    if (progress.fault !== null) break
  }
  const report = auditReport(progress)
  const same = report.stateRoot === state.root()
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
