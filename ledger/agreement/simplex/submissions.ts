import { checkSignature, signerKey } from '../../chain/index.ts'
import { BLOCK_TRANSACTION_BYTES_MAX, FORWARDED_MAX } from '../../encoding/index.ts'
import type { PublicKey, SignedTransaction } from '../../records/index.ts'
import { encodeTransaction, hashTransaction } from '../../statements/index.ts'
import { addTransactions, type PoolAnswer } from '../mempool.ts'
import { REFORWARDED_MAX } from './options.ts'
import type { Work } from './work.ts'

/** From clients of this node: what the pool takes goes to all coordinators, as any of them may lead next. */
export function submit(work: Work, batch: readonly SignedTransaction[]): void {
  const answers = pool(work, batch)
  work.emit({ type: 'answer', answers })
  forward(
    work,
    batch.filter((_, at) => answers[at]?.refusal === null)
  )
}

/** From another coordinator: it has looked at the signatures, and so do we. */
export function takeForwarded(
  work: Work,
  from: PublicKey,
  batch: readonly SignedTransaction[]
): void {
  const good = batch.filter(signed => isSigned(work, from, signed))
  if (good.length > 0) pool(work, good)
}

/** A transaction that waits although others had their time for it may be known only here. */
export function forwardAgain(work: Work): void {
  const waiting = [...work.state.pool.waiting.values()].sort((a, b) => a.arrival - b.arrival)
  forward(
    work,
    waiting.slice(0, REFORWARDED_MAX).map(({ signed }) => signed)
  )
}

function isSigned(work: Work, from: PublicKey, signed: SignedTransaction): boolean {
  const { context } = work.options
  const rejection = checkSignature(work.final.state, signed, context)
  if (rejection?.code === 'INVALID_SIGNATURE') {
    return work.refuse(from, 'FORGED_TRANSACTION', rejection.message)
  }
  // A signer that we do not know may have been opened in a block that we have not seen.
  if (rejection !== null) return false
  const key = signerKey(work.final.state, signed)
  const hash = hashTransaction(signed, context.crypto)
  if (key !== undefined) work.settings.remember(hash, key)
  return true
}

function pool(work: Work, batch: readonly SignedTransaction[]): readonly PoolAnswer[] {
  const { context, state } = { context: work.options.context, state: work.final.state }
  const added = addTransactions(work.state.pool, batch, state, context)
  work.state.pool = added.pool
  return added.answers
}

function forward(work: Work, batch: readonly SignedTransaction[]): void {
  let transactions: SignedTransaction[] = []
  let bytes = 0
  const send = (): void => {
    if (transactions.length > 0) work.send(null, { type: 'transactions', transactions })
    transactions = []
    bytes = 0
  }
  for (const signed of batch) {
    const size = encodeTransaction(signed).length
    const full = transactions.length === FORWARDED_MAX || bytes + size > BLOCK_TRANSACTION_BYTES_MAX
    if (full) send()
    transactions.push(signed)
    bytes += size
  }
  send()
}
