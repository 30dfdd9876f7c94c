/** Checking a block that somebody else made: everything its header says is worked out again and compared. */
import { runDues } from '../billing/index.ts'
import { BLOCK_TRANSACTION_BYTES_MAX, BLOCK_TRANSACTIONS_MAX } from '../encoding/index.ts'
import { rangeRoot } from '../merkle/index.ts'
import type { Block, Hash, SignedTransaction } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import type { ChainContext } from './context.ts'
import { type ChainFault, fault } from './faults.ts'
import { type Tip, tipAfter } from './tip.ts'
import {
  isIncludable,
  type Outcome,
  runTransaction,
  transactionBytes,
  transactionRoot
} from './transactions.ts'

export type Execution =
  | { readonly ok: true; readonly tip: Tip; readonly outcomes: readonly Outcome[] }
  | { readonly ok: false; readonly fault: ChainFault }

/** Runs `block` on `tip`. `setHash` names the coordinators that may certify it. */
export function executeBlock(
  tip: Tip,
  block: Block,
  setHash: Hash,
  context: ChainContext
): Execution {
  const wrong =
    checkHeader(tip, block, setHash) ??
    checkLog(tip, block, context) ??
    checkTransactions(block, context)
  if (wrong !== null) return { ok: false, fault: wrong }
  const { header } = block
  const draft = tip.state.draft(header.height, header.timeMs)
  runDues(draft, tip.state.timeMs)
  const outcomes = runAll(draft, block, context)
  if (!Array.isArray(outcomes)) return { ok: false, fault: outcomes }
  const state = draft.commit()
  const root = state.root()
  if (root !== header.stateRoot) {
    const message = `the state root is ${root}, the header says ${header.stateRoot}`
    return { ok: false, fault: fault('WRONG_STATE_ROOT', message) }
  }
  return { ok: true, tip: tipAfter(tip, header, state, context.crypto), outcomes }
}

function checkHeader(tip: Tip, { header }: Block, setHash: Hash): ChainFault | null {
  const { state } = tip
  if (header.height !== state.height + 1) {
    return fault('WRONG_HEIGHT', `height ${header.height} does not follow ${state.height}`)
  }
  if (header.parent !== tip.block) {
    return fault('WRONG_PARENT', `it builds on ${header.parent}, the chain ends in ${tip.block}`)
  }
  if (header.epoch !== tip.epoch) {
    return fault('WRONG_EPOCH', `epoch ${header.epoch} inside epoch ${tip.epoch}`)
  }
  if (header.view <= tip.view) {
    return fault('WRONG_VIEW', `view ${header.view} is not after the parent's ${tip.view}`)
  }
  if (header.timeMs <= state.timeMs) {
    return fault('WRONG_TIME', `time ${header.timeMs} ms is not after the parent's ${state.timeMs}`)
  }
  if (header.setHash !== setHash) {
    return fault('WRONG_SET', `coordinator set ${header.setHash}, expected ${setHash}`)
  }
  return null
}

function checkLog(tip: Tip, { header }: Block, context: ChainContext): ChainFault | null {
  const root = rangeRoot(tip.log, context.crypto)
  if (header.logRoot === root) return null
  return fault('WRONG_LOG_ROOT', `the log root is ${root}, the header says ${header.logRoot}`)
}

function checkTransactions(block: Block, context: ChainContext): ChainFault | null {
  const { transactions, results, header } = block
  if (transactions.length !== results.length) {
    return fault('WRONG_RESULT', `${results.length} results of ${transactions.length} transactions`)
  }
  if (transactions.length > BLOCK_TRANSACTIONS_MAX) {
    const message = `${transactions.length} transactions, at most ${BLOCK_TRANSACTIONS_MAX}`
    return fault('TOO_LARGE', message)
  }
  const bytes = transactions.reduce((sum, signed) => sum + transactionBytes(signed), 0)
  if (bytes > BLOCK_TRANSACTION_BYTES_MAX) {
    const message = `${bytes} bytes of transactions, at most ${BLOCK_TRANSACTION_BYTES_MAX}`
    return fault('TOO_LARGE', message)
  }
  const root = transactionRoot(transactions, results, context)
  if (root === header.transactionRoot) return null
  const message = `the transaction root is ${root}, the header says ${header.transactionRoot}`
  return fault('WRONG_TRANSACTION_ROOT', message)
}

function runAll(draft: Draft, block: Block, context: ChainContext): Outcome[] | ChainFault {
  const outcomes: Outcome[] = []
  for (const [at, signed] of block.transactions.entries()) {
    const outcome = runTransaction(draft, signed, context)
    const wrong = checkOutcome(outcome, at, signed, block)
    if (wrong !== null) return wrong
    outcomes.push(outcome)
  }
  return outcomes
}

function checkOutcome(
  outcome: Outcome,
  at: number,
  signed: SignedTransaction,
  block: Block
): ChainFault | null {
  const name = `transaction ${at} (${signed.transaction.body.type})`
  if (!isIncludable(outcome)) {
    return fault('INADMISSIBLE', `${name} may not stand in a block: ${outcome.rejection?.message}`)
  }
  const found = outcome.rejection?.code ?? null
  const said = block.results[at] ?? null
  if (found === said) return null
  return fault('WRONG_RESULT', `${name} gives ${found ?? 'applied'}, the block says ${said}`)
}
