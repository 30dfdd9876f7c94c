import type { CertifiedBlock } from '../records/index.ts'
import { setHashOf } from '../statements/index.ts'
import { verifyFinal } from './certificate.ts'
import type { ChainContext } from './context.ts'
import { type Execution, executeBlock } from './execute.ts'
import type { Tip } from './tip.ts'

/**
 * Takes the next final block from anybody: its certificate is checked before its transactions cost anything,
 * then it is executed. What a node that follows and an auditor do with each block.
 */
export function followBlock(tip: Tip, certified: CertifiedBlock, context: ChainContext): Execution {
  const { block } = certified
  const members = tip.state.genesis.coordinators
  const wrong = verifyFinal(certified, members, context)
  if (wrong !== null) return { ok: false, fault: wrong }
  return executeBlock(tip, block, setHashOf(members, context.crypto), context)
}
