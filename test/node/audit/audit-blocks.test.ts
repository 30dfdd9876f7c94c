import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CertifiedBlock, type SignedTransaction, toHex } from '../../../ledger/index.ts'
import { auditBlocks } from '../../../node/audit/audit-blocks.ts'
import { packClaims, unpackClaims } from '../../../node/audit/claim-batch.ts'
import { type Claim, ClaimReader } from '../../../node/audit/signature-claims.ts'
import { SignatureWorkers } from '../../../node/audit/signature-workers.ts'
import { testCrypto, testSigner } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'

const { blocks, tip } = sampleChain(sampleBatches())

async function* served(log: readonly CertifiedBlock[]): AsyncGenerator<CertifiedBlock> {
  yield* log
}

/** Verifications that the main thread did itself. */
function counting(): { crypto: typeof testCrypto; count: () => number } {
  let count = 0
  const crypto: typeof testCrypto = {
    ...testCrypto,
    verify: (key, message, signature) => {
      count += 1
      return testCrypto.verify(key, message, signature)
    }
  }
  return { crypto, count: () => count }
}

test('threads find the same as one thread alone', async () => {
  for (const threads of [0, 1, 3]) {
    const { report } = await auditBlocks({
      genesis: sample.genesis,
      blocks: served(blocks),
      crypto: testCrypto,
      threads
    })
    assert.deepEqual([report.ok, report.block], [true, tip.block])
  }
})

test('what threads found good is not checked again, the proof of a new host is', async () => {
  const { crypto, count } = counting()
  await auditBlocks({ genesis: sample.genesis, blocks: served(blocks), crypto, threads: 1 })
  assert.equal(count(), 1)
})

test('a forged signature is found at its block, with threads and without', async () => {
  const third = blocks[2]
  assert.ok(third !== undefined)
  const [first, ...rest] = third.block.transactions
  assert.ok(first !== undefined)
  const forged: SignedTransaction = { ...first, signature: `00${first.signature.slice(2)}` }
  const altered: CertifiedBlock = {
    ...third,
    block: { ...third.block, transactions: [forged, ...rest] }
  }
  for (const threads of [0, 1]) {
    const { report } = await auditBlocks({
      genesis: sample.genesis,
      blocks: served([...blocks.slice(0, 2), altered, ...blocks.slice(3)]),
      crypto: testCrypto,
      threads
    })
    assert.deepEqual([report.fault?.height, report.height], [3, 2])
  }
})

test('a signature that a thread found good is good for its own key and message only', async () => {
  const { crypto, count } = counting()
  const workers = new SignatureWorkers(crypto, 1)
  try {
    const [good, bad] = [claimOf('one', 'text'), claimOf('two', 'text')]
    await workers.check([good, { ...bad, message: new TextEncoder().encode('other') }])
    const verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
      workers.crypto.verify(key, message, signature)
    assert.equal(verify(good.key, bad.message.subarray(1), good.signature), false)
    assert.equal(verify(bad.key, good.message, good.signature), false)
    assert.equal(count(), 2)
    assert.equal(verify(good.key, good.message, good.signature), true)
    assert.equal(count(), 2)
    assert.equal(verify(bad.key, bad.message, bad.signature), true)
    assert.equal(count(), 3)
  } finally {
    await workers.close()
  }
})

test('claims come out of a batch as they went in, empty ones and none too', () => {
  const claims = [claimOf('one', ''), claimOf('two', 'a'), claimOf('three', 'x'.repeat(300))]
  for (const each of [claims, []]) {
    assert.deepEqual([...unpackClaims(packClaims(each))].map(plain), each.map(plain))
  }
})

function claimOf(name: string, text: string): Claim {
  const signer = testSigner(name)
  const message = new TextEncoder().encode(text)
  return {
    key: new Uint8Array(Buffer.from(signer.publicKey, 'hex')),
    message,
    signature: new Uint8Array(signer.sign(message))
  }
}

function plain({ key, message, signature }: Claim): string[] {
  return [key, message, signature].map(toHex)
}

test('a transaction that threads found good is so under its key, and is not remembered for a second time', async () => {
  const [, second] = blocks
  assert.ok(second)
  const workers = new SignatureWorkers(testCrypto, 1)
  const reader = new ClaimReader(sample.network, testCrypto)
  const claims = reader.read(second, tip.state)
  await workers.check(claims)
  await workers.close()
  const [transaction] = claims.flatMap(claim => claim.transaction ?? [])
  assert.ok(transaction)
  const { hash, key } = transaction
  assert.equal(key, sample.providerKey.publicKey)
  assert.equal(workers.isVerified(hash, sample.buyerKey.publicKey), false)
  assert.equal(workers.isVerified(sample.someHash, key), false)
  assert.equal(workers.isVerified(hash, key), true)
  assert.equal(workers.isVerified(hash, key), false)
})
