import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  chainContext,
  genesisTip,
  isTransactionIn,
  lightFrom,
  readProof,
  type StateQuery,
  takeHead
} from '../../../ledger/index.ts'
import { lightAnswers } from '../../../node/replica/light-answers.ts'
import { Replica } from '../../../node/replica/replica.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'
import { memoryChain } from '../../support/memory-chain.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'

const { blocks } = sampleChain(sampleBatches())
const quiet = new AbortController().signal
const account: StateQuery = { kind: 'key', key: `account/${sample.buyerId}` }

async function replicaOf(count: number) {
  const context = chainContext(sample.genesis, testCrypto)
  const replica = new Replica(context, memoryChain(), genesisTip(sample.genesis, testCrypto))
  const answers = lightAnswers(replica, { handOver: async () => undefined })
  for (const block of blocks.slice(0, count)) await replica.append(block)
  return { replica, answers }
}

test('a read is answered under a head that a light node takes', async () => {
  const { answers } = await replicaOf(4)
  const answer = await answers.read({ afterHeight: 0, queries: [account] }, quiet)
  assert.ok('head' in answer)
  const { header } = answer.head
  const step = takeHead(
    lightFrom(sample.genesis, testCrypto),
    answer.head,
    testCrypto,
    header.timeMs
  )
  assert.ok(step.ok)
  const shown = readProof(answer.proof, header.stateRoot, testCrypto)
  assert.ok(shown.ok)
  const answered = shown.state.answer(account)
  assert.equal(answered.ok && answered.entries.length, 1)
})

test('a read waits for the block after the height that the asker has', async () => {
  const { replica, answers } = await replicaOf(3)
  const waiting = answers.read({ afterHeight: 3, queries: [account] }, quiet)
  const [last] = blocks.slice(3)
  assert.ok(last !== undefined)
  await replica.append(last)
  const answer = await waiting
  assert.equal('head' in answer && answer.head.header.height, 4)
})

test('a read is refused before the first block', async () => {
  const { answers } = await replicaOf(0)
  const gone = AbortSignal.abort()
  const answer = await answers.read({ afterHeight: 0, queries: [account] }, gone)
  assert.equal('code' in answer && answer.code, 'HEIGHT_UNKNOWN')
})

test('the outcome of each transaction is proven, that of a stranger is not known', async () => {
  const { replica, answers } = await replicaOf(4)
  for (const signed of sampleBatches().flat()) {
    const outcome = await answers.outcome({ transaction: replica.hashOf(signed) })
    const isKnown = 'proof' in outcome
    const included = blocks.some(({ block }) =>
      block.transactions.some(each => replica.hashOf(each) === replica.hashOf(signed))
    )
    assert.equal(isKnown, included)
    if (isKnown) {
      assert.ok(isTransactionIn(outcome.block.header, signed, outcome.proof, testCrypto))
    }
  }
  const unknown = await answers.outcome({ transaction: sample.someHash })
  assert.equal('code' in unknown && unknown.code, 'OUTCOME_UNKNOWN')
})

test('an epoch that has not ended has no hand-over', async () => {
  const { answers } = await replicaOf(4)
  assert.deepEqual(await answers.epochs({ fromEpoch: 0 }), { handOvers: [] })
})
