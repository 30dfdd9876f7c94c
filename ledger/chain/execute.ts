/** Checking a block that somebody else made: everything its header says is worked out again and compared. */
import { runDues } from '../billing/index.ts'
import { endBlock } from '../election/index.ts'
import { BLOCK_TRANSACTION_BYTES_MAX, BLOCK_TRANSACTIONS_MAX } from '../encoding/index.ts'
import type { Block, Hash, Header, Member, SignedTransaction } from '../records/index.ts'
import type { Draft, LedgerState } from '../state/index.ts'
import type { ChainContext } from './context.ts'
import { type ChainFault, fault } from './faults.ts'
import { checkHeader } from './header.ts'
import { isSameSet } from './members.ts'
import { isSealing, type Tip, tipAfter } from './tip.ts'
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
    checkHeader(tip, block.header, setHash, context.crypto) ?? checkTransactions(block, context)
  if (wrong !== null) return { ok: false, fault: wrong }
  const { header } = block
  const draft = tip.state.draft(header.height, header.timeMs)
  if (isSealing(tip, header)) return seal(tip, block, draft.commit(), context)
  runDues(draft, tip.state.timeMs)
  const outcomes = runAll(draft, block, context)
  if (!Array.isArray(outcomes)) return { ok: false, fault: outcomes }
  const nextSet = endBlock(draft, header.parentVotes)
  if (!isSameSet(nextSet, header.nextSet)) {
    return { ok: false, fault: fault('WRONG_NEXT_SET', nextSetMessage(nextSet, header)) }
  }
  return arrive(tip, header, draft.commit(), outcomes, context)
}

function seal(
  tip: Tip,
  { header, transactions }: Block,
  state: LedgerState,
  context: ChainContext
): Execution {
  const what = transactions.length > 0 ? `${transactions.length} transactions` : 'a next set'
  if (transactions.length > 0 || header.nextSet !== null) {
    const message = `${what} after the last block of epoch ${tip.epoch}`
    return { ok: false, fault: fault('NOT_SEALING', message) }
  }
  return arrive(tip, header, state, [], context)
}

function arrive(
  tip: Tip,
  header: Header,
  state: LedgerState,
  outcomes: readonly Outcome[],
  { crypto }: ChainContext
): Execution {
  const root = state.root()
  if (root === header.stateRoot) {
    return { ok: true, tip: tipAfter(tip, header, state, crypto), outcomes }
  }
  const message = `the state root is ${root}, the header says ${header.stateRoot}`
  return { ok: false, fault: fault('WRONG_STATE_ROOT', message) }
}

function nextSetMessage(nextSet: readonly Member[] | null, header: Header): string {
  const [found, said] = [nextSet, header.nextSet].map(
    set => set?.map(({ name }) => name).join(', ') ?? 'nobody'
  )
  return `block ${header.height} hands over to ${found}, the header says ${said}`
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
