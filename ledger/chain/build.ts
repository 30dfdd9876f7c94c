import { runDues } from '../billing/index.ts'
import { endBlock } from '../election/index.ts'
import { BLOCK_TRANSACTION_BYTES_MAX, BLOCK_TRANSACTIONS_MAX } from '../encoding/index.ts'
import { rangeRoot } from '../merkle/index.ts'
import type { Block, Hash, Header, SignedTransaction } from '../records/index.ts'
import type { LedgerState } from '../state/index.ts'
import type { ChainContext } from './context.ts'
import { isSealing, type Tip } from './tip.ts'
import {
  isIncludable,
  type Outcome,
  runTransaction,
  transactionBytes,
  transactionRoot
} from './transactions.ts'

export interface Proposal {
  readonly epoch: number
  readonly view: number
  /** Later than the parent's. */
  readonly timeMs: number
  readonly setHash: Hash
  /** Who voted for the parent (`Header`); nobody unless given. */
  readonly parentVotes?: number
  /** In the order in which they shall run; those beyond a block's limits are left for the next. */
  readonly transactions: readonly SignedTransaction[]
}

export interface BuiltBlock {
  readonly block: Block
  readonly state: LedgerState
  /** Of the transactions in the block, in its order. */
  readonly outcomes: readonly Outcome[]
  /** Transactions that no block may hold now: left out, changed nothing. */
  readonly excluded: readonly Outcome[]
}

/**
 * Makes the next block: first all that is due up to its time, then the transactions. After the last block of an epoch
 * a proposal for the same epoch gives a sealing block, which takes no transactions.
 */
export function buildBlock(tip: Tip, proposal: Proposal, context: ChainContext): BuiltBlock {
  const { state: parent } = tip
  if (proposal.timeMs <= parent.timeMs) {
    throw new Error(`block time ${proposal.timeMs} is not after the parent's ${parent.timeMs}`)
  }
  const draft = parent.draft(parent.height + 1, proposal.timeMs)
  if (isSealing(tip, proposal)) return buildSealing(tip, proposal, draft.commit(), context)
  runDues(draft, parent.timeMs)
  const outcomes: Outcome[] = []
  const excluded: Outcome[] = []
  for (const signed of withinLimits(proposal.transactions)) {
    const outcome = runTransaction(draft, signed, context)
    ;(isIncludable(outcome) ? outcomes : excluded).push(outcome)
  }
  const nextSet = endBlock(draft, proposal.parentVotes ?? 0)
  const state = draft.commit()
  const block = seal(tip, { ...proposal, nextSet }, state, outcomes, context)
  return { block, state, outcomes, excluded }
}

function buildSealing(
  tip: Tip,
  proposal: Proposal,
  state: LedgerState,
  context: ChainContext
): BuiltBlock {
  const block = seal(tip, { ...proposal, nextSet: null }, state, [], context)
  return { block, state, outcomes: [], excluded: [] }
}

function seal(
  tip: Tip,
  proposal: Proposal & Pick<Header, 'nextSet'>,
  state: LedgerState,
  outcomes: readonly Outcome[],
  context: ChainContext
): Block {
  const transactions = outcomes.map(outcome => outcome.signed)
  const results = outcomes.map(outcome => outcome.rejection?.code ?? null)
  const header: Header = {
    epoch: proposal.epoch,
    height: state.height,
    view: proposal.view,
    parent: tip.block,
    timeMs: state.timeMs,
    transactionRoot: transactionRoot(transactions, results, context),
    stateRoot: state.root(),
    logRoot: rangeRoot(tip.log, context.crypto),
    setHash: proposal.setHash,
    parentVotes: proposal.parentVotes ?? 0,
    nextSet: proposal.nextSet
  }
  return { header, transactions, results }
}

function* withinLimits(transactions: readonly SignedTransaction[]): Generator<SignedTransaction> {
  let bytes = 0
  for (const signed of transactions.slice(0, BLOCK_TRANSACTIONS_MAX)) {
    bytes += transactionBytes(signed)
    if (bytes > BLOCK_TRANSACTION_BYTES_MAX) return
    yield signed
  }
}
