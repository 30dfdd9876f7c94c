import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addTransactions,
  type Body,
  chainContext,
  dropTransactions,
  EMPTY_POOL,
  hashTransaction,
  initialState,
  type LedgerState,
  type Mempool,
  POOL_TRANSACTIONS_MAX,
  type PoolRefusalCode,
  pruneTransactions,
  type SignedTransaction,
  takeTransactions
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'

const context = chainContext(sample.genesis, testCrypto)
const discard: Body = { type: 'discard-machine', machine: sample.machineUuid }

/** Alice at nonce 1, a host at nonce 3, a move to that host; the next block is at height 11. */
function state(aliceNonce = 1): LedgerState {
  const draft = initialState(sample.genesis, testCrypto).draft(10, sample.genesis.timeMs + 1)
  draft.putAccount({ ...sample.account, nonce: aliceNonce })
  draft.putHost(sample.host)
  draft.putMigration({ ...sample.migration, destination: sample.hostUuid })
  return draft.commit()
}

function byAlice(nonce: number, expiryHeight = 100): SignedTransaction {
  return sample.signed(sample.buyer, nonce, discard, sample.buyerKey, expiryHeight)
}

function heartbeat(height: number): SignedTransaction {
  const body: Body = {
    type: 'heartbeat',
    machine: sample.machineUuid,
    migration: sample.migration.id,
    height
  }
  return sample.signed({ kind: 'host', id: sample.hostUuid }, 0, body, sample.hostKey)
}

function add(
  pool: Mempool,
  batch: readonly SignedTransaction[]
): { pool: Mempool; codes: (PoolRefusalCode | null)[] } {
  const added = addTransactions(pool, batch, state(), context)
  return { pool: added.pool, codes: added.answers.map(({ refusal }) => refusal?.code ?? null) }
}

function noncesOf(pool: Mempool, at: LedgerState = state()): number[] {
  return takeTransactions(pool, at).map(({ signed }) => signed.transaction.nonce)
}

test('nonces wait up to 16 ahead of the stored one', () => {
  const { codes } = add(EMPTY_POOL, [byAlice(1), byAlice(2), byAlice(17), byAlice(18)])
  assert.deepEqual(codes, ['INVALID_NONCE', null, null, 'NONCE_AHEAD'])
})

test('a block takes nonces in order and stops at the first gap', () => {
  const { pool } = add(EMPTY_POOL, [byAlice(4), byAlice(3), byAlice(2), byAlice(6)])
  assert.deepEqual(noncesOf(pool), [2, 3, 4])
  assert.deepEqual(noncesOf(add(EMPTY_POOL, [byAlice(3)]).pool), [])
})

test('of two transactions with one nonce the first waits; the same one again is no error', () => {
  const first = byAlice(2)
  const { pool, codes } = add(EMPTY_POOL, [first, byAlice(2, 99), first])
  assert.deepEqual(codes, [null, 'NONCE_WAITING', null])
  assert.equal(pool.waiting.size, 1)
})

test('unknown signers, forbidden bodies and expired transactions do not wait', () => {
  const nobody = sample.signed(sample.stranger, 1, discard, sample.hostKey)
  const host = sample.signed({ kind: 'host', id: sample.hostUuid }, 4, discard, sample.hostKey)
  const { codes } = add(EMPTY_POOL, [nobody, host, byAlice(2, 10), byAlice(2, 11)])
  assert.deepEqual(codes, ['INVALID_SIGNER', 'INVALID_SIGNER', 'INVALID_EXPIRED', null])
})

test('heartbeats stand outside the nonce, and only the newest of a move waits', () => {
  const { pool, codes } = add(EMPTY_POOL, [heartbeat(5), heartbeat(7), heartbeat(6)])
  assert.deepEqual(codes, [null, null, 'NONCE_WAITING'])
  const taken = takeTransactions(pool, state())
  assert.deepEqual(
    taken.map(({ hash }) => hash),
    [hashTransaction(heartbeat(7), testCrypto)]
  )
})

test('after a block used nonces and expired transactions are forgotten with their bytes', () => {
  const { pool } = add(EMPTY_POOL, [byAlice(2), byAlice(3), byAlice(4, 11)])
  const pruned = pruneTransactions(pool, state(2))
  assert.deepEqual(noncesOf(pruned, state(2)), [3, 4])
  const draft = state(3).draft(11, sample.genesis.timeMs + 2)
  const later = pruneTransactions(pool, draft.commit())
  assert.deepEqual([later.waiting.size, later.bytes], [0, 0])
})

test('dropping by hash takes out what is named', () => {
  const { pool } = add(EMPTY_POOL, [byAlice(2), byAlice(3)])
  const gone = dropTransactions(pool, new Set([hashTransaction(byAlice(2), testCrypto)]))
  assert.equal(gone.waiting.size, 1)
  assert.equal(gone.bytes, pool.bytes / 2)
})

test('a full pool refuses the next transaction and says so', () => {
  const one = byAlice(2)
  const filler = { hash: sample.someHash, signed: heartbeat(1), bytes: 1, arrival: 0 }
  const filled = (count: number): Mempool => ({
    waiting: new Map(Array.from({ length: count }, (_, at) => [`filler/${at}`, filler])),
    bytes: count,
    arrivals: count
  })
  assert.deepEqual(add(filled(POOL_TRANSACTIONS_MAX - 1), [one]).codes, [null])
  assert.deepEqual(add(filled(POOL_TRANSACTIONS_MAX), [one]).codes, ['POOL_FULL'])
})
