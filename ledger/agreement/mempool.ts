/**
 * Transactions that wait for a block. Bounded in all directions, because everybody may send to it; a pure
 * value, because agreement has to do the same again from the same events. Signatures are checked before.
 */
import { checkAdmission, usesNonce } from '../apply/index.ts'
import type { ChainContext } from '../chain/index.ts'
import { BLOCK_TRANSACTION_BYTES_MAX, BLOCK_TRANSACTIONS_MAX } from '../encoding/index.ts'
import type { Hash, RejectionCode, SignedTransaction } from '../records/index.ts'
import type { StateReader } from '../state/index.ts'
import { encodeTransaction, hashTransaction } from '../statements/index.ts'

/** Four full blocks: more would wait longer than its senders do. */
export const POOL_TRANSACTIONS_MAX: number = 4 * BLOCK_TRANSACTIONS_MAX
/** Eight full blocks of bytes; memory a flood can take. */
export const POOL_BYTES_MAX: number = 8 * BLOCK_TRANSACTION_BYTES_MAX
/** A sender may have this many waiting, in the order of nonces: enough for a batch, too few to fill the pool. */
export const NONCES_AHEAD_MAX = 16

export const POOL_REFUSAL_CODES = [
  /** The pool holds as much as it may: send again later, or to another coordinator. */
  'POOL_FULL',
  /** More than 16 nonces beyond the stored one. */
  'NONCE_AHEAD',
  /** Another transaction with this nonce waits already. */
  'NONCE_WAITING'
] as const

export type PoolRefusalCode = RejectionCode | (typeof POOL_REFUSAL_CODES)[number]

export interface PoolRefusal {
  readonly code: PoolRefusalCode
  readonly message: string
}

export interface Waiting {
  readonly hash: Hash
  readonly signed: SignedTransaction
  readonly bytes: number
  /** Order of arrival. */
  readonly arrival: number
}

export interface Mempool {
  /** By signer and nonce; a heartbeat by its move, so that only the newest waits. */
  readonly waiting: ReadonlyMap<string, Waiting>
  readonly bytes: number
  readonly arrivals: number
}

export const EMPTY_POOL: Mempool = { waiting: new Map(), bytes: 0, arrivals: 0 }

export interface PoolAnswer {
  readonly hash: Hash
  /** null: it waits. */
  readonly refusal: PoolRefusal | null
}

/** Takes a batch in. `state` is the newest final one. A transaction that waits already is taken again. */
export function addTransactions(
  pool: Mempool,
  batch: readonly SignedTransaction[],
  state: StateReader,
  context: ChainContext
): { readonly pool: Mempool; readonly answers: readonly PoolAnswer[] } {
  const waiting = new Map(pool.waiting)
  let { bytes, arrivals } = pool
  const answers = batch.map((signed): PoolAnswer => {
    const hash = hashTransaction(signed, context.crypto)
    const size = encodeTransaction(signed).length
    const slot = slotOf(signed)
    const before = waiting.get(slot)
    if (before?.hash === hash) return { hash, refusal: null }
    const refusal =
      checkWaiting(state, signed) ??
      checkSlot(signed, before) ??
      checkRoom(waiting.size, bytes + size - (before?.bytes ?? 0))
    if (refusal !== null) return { hash, refusal }
    waiting.set(slot, { hash, signed, bytes: size, arrival: arrivals })
    bytes += size - (before?.bytes ?? 0)
    arrivals += 1
    return { hash, refusal: null }
  })
  return { pool: { waiting, bytes, arrivals }, answers }
}

/**
 * What the next block may hold, oldest first; of one signer in the order of nonces, without gaps from the
 * stored one.
 */
export function takeTransactions(pool: Mempool, state: StateReader): readonly Waiting[] {
  const ready: { readonly order: number; readonly waiting: Waiting }[] = []
  for (const first of pool.waiting.values()) {
    if (checkAdmission(state, first.signed, state.height + 1) !== null) continue
    let order = -1
    let next: Waiting | undefined = first
    while (next !== undefined) {
      // A later nonce that came earlier waits for the one before it.
      order = Math.max(order, next.arrival)
      ready.push({ order, waiting: next })
      next = pool.waiting.get(followingSlot(next.signed))
    }
  }
  return ready
    .sort((a, b) => a.order - b.order || nonceOf(a.waiting) - nonceOf(b.waiting))
    .slice(0, BLOCK_TRANSACTIONS_MAX)
    .map(({ waiting }) => waiting)
}

/** Whether a block after `state` could hold any of the waiting transactions but those of `above`. */
export function isAnyReady(pool: Mempool, state: StateReader, above: ReadonlySet<Hash>): boolean {
  for (const { hash, signed } of pool.waiting.values()) {
    if (above.has(hash)) continue
    if (checkAdmission(state, signed, state.height + 1) === null) return true
  }
  return false
}

/** Forgets what can stand in no block after `state`: used nonces, expired transactions, closed moves. */
export function pruneTransactions(pool: Mempool, state: StateReader): Mempool {
  return without(pool, ({ signed }) => checkWaiting(state, signed) !== null)
}

/** Forgets the transactions with these hashes. */
export function dropTransactions(pool: Mempool, hashes: ReadonlySet<Hash>): Mempool {
  return hashes.size === 0 ? pool : without(pool, ({ hash }) => hashes.has(hash))
}

function without(pool: Mempool, gone: (waiting: Waiting) => boolean): Mempool {
  const kept = [...pool.waiting].filter(([, waiting]) => !gone(waiting))
  if (kept.length === pool.waiting.size) return pool
  const bytes = kept.reduce((sum, [, waiting]) => sum + waiting.bytes, 0)
  return { ...pool, waiting: new Map(kept), bytes }
}

/** null if the transaction may wait: it could stand in the next block, or after others of its signer. */
function checkWaiting(state: StateReader, signed: SignedTransaction): PoolRefusal | null {
  const rejection = checkAdmission(state, signed, state.height + 1)
  if (rejection?.code !== 'INVALID_NONCE' || !isNumbered(signed)) return rejection
  const { signer, nonce } = signed.transaction
  const record = signer.kind === 'account' ? state.account(signer.id) : state.host(signer.id)
  const stored = record?.nonce ?? 0
  if (nonce <= stored) return rejection
  if (nonce <= stored + NONCES_AHEAD_MAX) return null
  const message = `nonce ${nonce} is more than ${NONCES_AHEAD_MAX} beyond the stored ${stored}`
  return { code: 'NONCE_AHEAD', message }
}

function checkSlot(signed: SignedTransaction, before: Waiting | undefined): PoolRefusal | null {
  if (before === undefined) return null
  if (!isNumbered(signed) && heightOf(signed) > heightOf(before.signed)) return null
  const { nonce } = signed.transaction
  return {
    code: 'NONCE_WAITING',
    message: `another transaction with nonce ${nonce} waits already: ${before.hash}`
  }
}

function checkRoom(count: number, bytes: number): PoolRefusal | null {
  if (count < POOL_TRANSACTIONS_MAX && bytes <= POOL_BYTES_MAX) return null
  return { code: 'POOL_FULL', message: `${count} transactions wait already: send it again later` }
}

function slotOf(signed: SignedTransaction): string {
  const { signer, nonce, body } = signed.transaction
  if (body.type === 'heartbeat') return `heartbeat/${signer.id}/${body.migration}`
  return body.type === 'alive' ? `alive/${signer.id}` : `${signer.kind}/${signer.id}/${nonce}`
}

function followingSlot(signed: SignedTransaction): string {
  const { signer, nonce } = signed.transaction
  return isNumbered(signed) ? `${signer.kind}/${signer.id}/${nonce + 1}` : ''
}

function isNumbered(signed: SignedTransaction): boolean {
  return usesNonce(signed.transaction.body.type)
}

function heightOf(signed: SignedTransaction): number {
  const { body } = signed.transaction
  return body.type === 'heartbeat' || body.type === 'alive' ? body.height : 0
}

function nonceOf(waiting: Waiting): number {
  return waiting.signed.transaction.nonce
}
