import {
  type RejectionCode,
  type SignedTransaction,
  type StateReader,
  usesNonce
} from '../../ledger/index.ts'
import {
  type AwaitedInclusion,
  type Fate,
  LedgerAccessError,
  type LedgerPoint,
  type Look
} from '../ledger-access/index.ts'
import type { HeadKeeper } from './head-keeper.ts'

/** Heads under which nobody shows by which transaction a nonce was used up, before that counts as unknown. */
const UNSHOWN_MAX = 3

interface Heads {
  head(): LedgerPoint
  read<T>(look: Look<T>, signal: AbortSignal): Promise<T>
  nextHead(signal: AbortSignal): Promise<LedgerPoint>
  explain(
    signed: SignedTransaction,
    code: RejectionCode,
    signal: AbortSignal
  ): Promise<string | null>
}

/**
 * A peer's word that it does not know a transaction proves nothing. The signer's nonce does: as long as it is not used up
 * the transaction is in no block, and when it is, somebody shows which block that is.
 */
export function awaitInclusion(
  heads: Heads,
  keeper: Pick<HeadKeeper, 'outcomeOf'>,
  signed: SignedTransaction
): AwaitedInclusion {
  const ended = new AbortController()
  const promise = watch(heads, keeper, signed, ended.signal)
  // Whoever cancels does not wait for it any more.
  promise.catch(() => undefined)
  return { promise, cancel: () => ended.abort() }
}

async function watch(
  heads: Heads,
  keeper: Pick<HeadKeeper, 'outcomeOf'>,
  signed: SignedTransaction,
  signal: AbortSignal
): Promise<Fate> {
  const { expiryHeight } = signed.transaction
  for (let unshown = 0; ; ) {
    await heads.nextHead(signal)
    const seen = await heads.read(state => look(state, signed), signal).catch(nullWhenUnread)
    if (seen === null) continue
    const isOver = seen.height > expiryHeight
    if (seen.nonce === 'free') {
      if (isOver) return 'expired'
      continue
    }
    const outcome = await keeper.outcomeOf(signed, signal)
    if (outcome !== null) {
      const { height, result } = outcome
      // Whoever reads next reads what it has done.
      while (heads.head().height < height) await heads.nextHead(signal)
      // The code is proven, the sentence is a help.
      const message =
        result === null ? null : await heads.explain(signed, result, signal).catch(() => null)
      return { height, result, message }
    }
    if (seen.nonce === 'used') unshown += 1
    if (isOver || unshown === UNSHOWN_MAX) return 'unknown'
  }
}

/** `none`: an account that is being opened, a record without a nonce. */
function look(
  state: StateReader,
  { transaction }: SignedTransaction
): { readonly height: number; readonly nonce: 'free' | 'used' | 'none' } {
  const { signer, nonce, body } = transaction
  const { height } = state
  const record = signer.kind === 'account' ? state.account(signer.id) : state.host(signer.id)
  if (record === undefined || !usesNonce(body.type)) return { height, nonce: 'none' }
  return { height, nonce: record.nonce < nonce ? 'free' : 'used' }
}

function nullWhenUnread(error: unknown): null {
  if (error instanceof LedgerAccessError) return null
  throw error
}
