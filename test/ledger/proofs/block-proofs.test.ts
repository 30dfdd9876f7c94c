import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeAs,
  EncodingError,
  encodeAs,
  hashHeader,
  isHeaderBefore,
  isSameHistory,
  isTransactionIn,
  proveHeader,
  proveHistory,
  proveTransaction,
  transactionProofCodec
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'

const { blocks } = sampleChain(sampleBatches())
const chain = blocks.map(({ block }) => block)
const headers = chain.map(({ header }) => header)
const hashes = headers.map(header => hashHeader(header, testCrypto))

test('each transaction of each block is proven with its result, and with no other', () => {
  for (const block of chain) {
    for (const [at, signed] of block.transactions.entries()) {
      const proof = proveTransaction(block, at, testCrypto)
      assert.ok(isTransactionIn(block.header, signed, proof, testCrypto))
      const lie = proof.result === null ? ('INSUFFICIENT_FUNDS' as const) : null
      assert.ok(!isTransactionIn(block.header, signed, { ...proof, result: lie }, testCrypto))
      for (const other of headers.filter(header => header !== block.header)) {
        assert.ok(!isTransactionIn(other, signed, proof, testCrypto))
      }
    }
  }
})

test('a proof of a transaction has a path of at most 53 hashes', () => {
  const path = (length: number): string[] => Array.from({ length }, () => '00'.repeat(32))
  const proof = { index: 0, size: 1, result: null }
  const longest = { ...proof, path: path(53) }
  assert.deepEqual(
    decodeAs(transactionProofCodec, encodeAs(transactionProofCodec, longest)),
    longest
  )
  assert.throws(() => encodeAs(transactionProofCodec, { ...proof, path: path(54) }), EncodingError)
})

test('each earlier header is proven under a later one', () => {
  for (const [at, head] of headers.entries()) {
    for (const header of headers.slice(0, at)) {
      const path = proveHeader(hashes.slice(0, at), header.height, testCrypto)
      assert.ok(isHeaderBefore(head, header, path, testCrypto))
      assert.ok(!isHeaderBefore(head, { ...header, timeMs: header.timeMs + 1 }, path, testCrypto))
    }
    assert.ok(!isHeaderBefore(head, head, [], testCrypto))
  }
})

test('the history of each header is proven the beginning of that of each later one', () => {
  for (const [at, newer] of headers.entries()) {
    for (const older of headers.slice(0, at + 1)) {
      const path = proveHistory(hashes.slice(0, at), older.height, testCrypto)
      assert.ok(isSameHistory(older, newer, path, testCrypto))
      // No history at all is the beginning of every other.
      if (older.height === 1 && at > 0) continue
      const forged = { ...newer, logRoot: newer.stateRoot }
      assert.ok(!isSameHistory(older, forged, path, testCrypto))
    }
  }
})
