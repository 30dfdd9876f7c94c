/** What it costs to believe nobody: proofs, a reader that keeps no state, an audit, a count of votes. */
import type { Row } from '../row.ts'
import { auditSpeed } from './audit-speed.ts'
import { elections } from './elections.ts'
import { lightStart } from './light-start.ts'
import { stateProofs } from './state-proofs.ts'

export async function run(): Promise<readonly Row[]> {
  // The audit before the million entries: what they leave on the heap is collected while it runs.
  const audited = await auditSpeed()
  return [...elections(), ...audited, ...(await lightStart()), ...stateProofs()]
}
