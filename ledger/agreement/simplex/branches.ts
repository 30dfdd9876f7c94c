/** Blocks above the final one: each has its own state, which shares all that it did not change. */
import { buildBlock, type ChainFault, executeBlock, type Tip, tipAfter } from '../../chain/index.ts'
import type { Block, Hash } from '../../records/index.ts'
import type { Branch, Run } from './state.ts'
import type { Work } from './work.ts'

export type Ground =
  | { readonly at: 'tip'; readonly tip: Tip; readonly branch: readonly Branch[] }
  /** The body of this block is not here. */
  | { readonly at: 'missing'; readonly block: Hash }
  /** No chain of ours can hold it. */
  | { readonly at: 'bad'; readonly fault: ChainFault }

export function addBody(work: Work, hash: Hash, block: Block): void {
  if (work.branches.has(hash)) return
  work.branches.set(hash, { hash, block, run: null, logged: false })
}

/** The state after block `hash`, with the blocks from the final one's child to it. Executes what was not yet. */
export function groundAt(work: Work, hash: Hash): Ground {
  const path: Branch[] = []
  for (let at = hash; at !== work.final.block; ) {
    const branch = work.branches.get(at)
    if (branch === undefined) return { at: 'missing', block: at }
    const { header } = branch.block
    path.unshift(branch)
    // At or below the final height there is only the final chain, and this is not it.
    if (header.height <= work.final.state.height + 1 && header.parent !== work.final.block) {
      const message = `block ${at} at height ${header.height} does not descend from the final one`
      return { at: 'bad', fault: { code: 'WRONG_PARENT', message } }
    }
    at = header.parent
  }
  return runAll(work, path)
}

function runAll(work: Work, path: readonly Branch[]): Ground {
  let { final: tip } = work
  for (const branch of path) {
    const run = branch.run ?? execute(work, tip, branch.block)
    if (!run.ok) {
      forgetOrKeep(work, branch, run)
      return { at: 'bad', fault: run.fault }
    }
    if (branch.run === null) work.branches.set(branch.hash, { ...branch, run })
    tip = run.tip
  }
  const branch = path.map(({ hash }) => work.branches.get(hash)).filter(each => each !== undefined)
  return { at: 'tip', tip, branch }
}

/**
 * A hash commits to the body by its transaction root only: a body that does not fit its header says nothing about
 * the block, whose true body may still come.
 */
function forgetOrKeep(work: Work, branch: Branch, run: Run): void {
  const code = run.ok ? null : run.fault.code
  if (code === 'WRONG_TRANSACTION_ROOT' || code === 'TOO_LARGE' || code === 'WRONG_RESULT') {
    work.branches.delete(branch.hash)
  } else {
    work.branches.set(branch.hash, { ...branch, run })
  }
}

function execute(work: Work, tip: Tip, block: Block): Run {
  const { context } = work.options
  const run = executeBlock(tip, block, work.seat.setHash, context)
  if (run.ok || work.rules.execution || block.header.timeMs <= tip.state.timeMs) return run
  const { epoch, view, timeMs, setHash, parentVotes } = block.header
  const { transactions } = block
  const proposal = { epoch, view, timeMs, setHash, parentVotes, transactions }
  const built = buildBlock(tip, proposal, context)
  const after = tipAfter(tip, block.header, built.state, context.crypto)
  return { ok: true, tip: after, outcomes: built.outcomes }
}
