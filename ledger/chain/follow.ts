import type { CertifiedBlock } from '../records/index.ts'
import { setHashOf } from '../statements/index.ts'
import { verifyFinal } from './certificate.ts'
import type { ChainContext } from './context.ts'
import { type Execution, executeBlock } from './execute.ts'
import { fault } from './faults.ts'
import { membersOf } from './members.ts'
import type { Tip } from './tip.ts'

/**
 * Takes the next final block from anybody: its certificate is checked before its transactions cost anything,
 * then it is executed. What a node that follows and an auditor do with each block.
 */
export function followBlock(tip: Tip, certified: CertifiedBlock, context: ChainContext): Execution {
  const { block, certificate, descent } = certified
  const { epoch } = tip.state.epoch
  if (block.header.epoch !== epoch) {
    const message = `a block of epoch ${block.header.epoch}, the next one is of epoch ${epoch}`
    return { ok: false, fault: fault('WRONG_EPOCH', message) }
  }
  const members = membersOf(tip)
  const wrong = verifyFinal({ header: block.header, certificate, descent }, members, context)
  if (wrong !== null) return { ok: false, fault: wrong }
  return executeBlock(tip, block, setHashOf(members, context.crypto), context)
}
