/** What a client is told of its transaction, whatever becomes of the coordinators' answers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CertifiedBlock, chainContext, genesisTip } from '../../../ledger/index.ts'
import type { Courier, CourierRefusal } from '../../../node/replica/courier.ts'
import { Replica } from '../../../node/replica/replica.ts'
import { createSubmitter, type Submitter } from '../../../node/replica/submitter.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'
import { persistIn, sampleAgreement } from '../../support/sample-chain.ts'

const REFUSED: CourierRefusal = { code: 'INVALID_SIGNER', message: 'who is that' }
const LOST: CourierRefusal = { code: 'UNANSWERED', message: 'the answer was lost' }
const USED: CourierRefusal = { code: 'INVALID_NONCE', message: 'nonce 1 was used' }

interface Scene {
  readonly submitter: Submitter
  readonly replica: Replica
  /** The block with what was sent, as the follower would bring it. */
  readonly bringBlock: () => Promise<void>
  /** Resolves when the courier has been asked. */
  readonly asked: Promise<void>
}

/** A ledger that includes all it is brought (but `loses` it, if told so), and a courier that says `answer`. */
function scene(
  answer: CourierRefusal | null,
  meanwhile: 'includes' | 'uses-nonce' = 'includes'
): Scene {
  const tip = genesisTip(sample.genesis, testCrypto)
  const keeper = { append: async () => undefined, sync: async () => undefined, async *blocks() {} }
  const replica = new Replica(chainContext(sample.genesis, testCrypto), keeper, tip)
  const { promise: asked, resolve: ask } = deferred()
  let block: CertifiedBlock | undefined
  const courier: Courier = {
    async deliver(batch) {
      const another = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)
      block = blockWith(meanwhile === 'includes' ? batch : [another])
      ask()
      return batch.map(() => answer)
    }
  }
  return {
    submitter: createSubmitter({
      signer: sample.buyer,
      key: sample.buyerKey,
      ledger: replica,
      courier,
      crypto: testCrypto
    }),
    replica,
    asked,
    bringBlock: async () => replica.append(block ?? assert.fail('nothing was sent'))
  }
}

function blockWith(transactions: Parameters<Courier['deliver']>[0]): CertifiedBlock {
  const agreement = sampleAgreement()
  const nowMs = sample.genesis.timeMs + 1_000
  const { state } = agreement.start(genesisTip(sample.genesis, testCrypto), nowMs)
  const step = agreement.step(state, { type: 'transactions', transactions }, nowMs)
  return persistIn(step.effects).records[0]?.certified ?? assert.fail('no block')
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>(done => {
    resolve = done
  })
  return { promise, resolve }
}

/** What is said once the block has come. */
async function saidAfterBlock({ submitter, asked, bringBlock }: Scene) {
  const submitted = submitter.submit(sample.openBuyer)
  await asked
  await bringBlock()
  return submitted
}

test('a transaction that was taken is told with its height when its block is here', async () => {
  const said = await saidAfterBlock(scene(null))
  assert.equal(said.ok && said.height, 1)
})

test('an answer that was lost changes nothing: the block is the answer', async () => {
  const said = await saidAfterBlock(scene(LOST))
  assert.equal(said.ok && said.height, 1)
})

test('a nonce that is used up was used by this very transaction, if its block says so', async () => {
  const said = await saidAfterBlock(scene(USED))
  assert.equal(said.ok && said.height, 1)
})

test('a nonce that another transaction used up is told as such, when its block is here', async () => {
  assert.deepEqual(await saidAfterBlock(scene(USED, 'uses-nonce')), {
    ok: false,
    ...USED,
    decided: true
  })
})

test('a refusal is told at once, and the next transaction may have the same nonce', async () => {
  const { submitter } = scene(REFUSED)
  const refused = { ok: false, ...REFUSED, decided: false }
  assert.deepEqual(await submitter.submit(sample.openBuyer), refused)
  assert.deepEqual(await submitter.submit(sample.openBuyer), refused)
})

test('who stops waiting is told that it may still be included', async () => {
  const { submitter, asked } = scene(null)
  const leaving = new AbortController()
  const submitted = submitter.submit(sample.openBuyer, leaving.signal)
  await asked
  leaving.abort()
  const said = await submitted
  assert.equal(!said.ok && said.code, 'UNREACHABLE')
  assert.equal(!said.ok && said.decided, false)
})
