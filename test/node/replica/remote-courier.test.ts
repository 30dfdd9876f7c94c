/** To whom a transaction is brought; over a network whose coordinators do as they are told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamPair } from '@libp2p/utils'
import type { SignedTransaction } from '../../../ledger/index.ts'
import type { Network } from '../../../node/network/index.ts'
import { remoteCourier } from '../../../node/replica/remote-courier.ts'
import {
  followSlots,
  type LedgerHandler,
  type LedgerRefusal,
  serveLedger
} from '../../../protocols/ledger/index.ts'
import * as sample from '../../support/ledger-samples.ts'

/** What a coordinator says to a transaction. */
type Answer = LedgerRefusal | 'taken' | 'dead'

const KEYS = ['11', '22', '33'].map(byte => byte.repeat(32))
const SIGNED: SignedTransaction = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)
const OTHER: SignedTransaction = sample.signed(
  sample.provider,
  1,
  sample.openProvider,
  sample.providerKey
)
const FULL: LedgerRefusal = { code: 'POOL_FULL', message: 'later' }

interface Scene {
  readonly asked: string[]
  /** How many transactions each of those asked was brought. */
  readonly brought: number[]
  readonly deliver: (
    batch?: readonly SignedTransaction[]
  ) => ReturnType<ReturnType<typeof remoteCourier>['deliver']>
}

/** Coordinators by their answers in the order of their keys; `dead` cannot be reached. */
function scene(answers: readonly (Answer | readonly Answer[])[]): Scene {
  const asked: string[] = []
  const brought: number[] = []
  const network = {
    key: 'ff'.repeat(32),
    isConnected: () => true,
    open: async (_name: string, key: string) => {
      asked.push(key)
      const answer = answers[KEYS.indexOf(key)]
      if (answer === undefined || answer === 'dead') throw new Error('connection refused')
      const [client, server] = await streamPair({ delay: 0 })
      const handler = handlerThatSays([answer].flat(), brought)
      void serveLedger(server, handler, { peer: 'somebody', slots: followSlots() })
      return client
    }
  }
  const courier = remoteCourier(network as unknown as Network, KEYS.slice(0, answers.length))
  return { asked, brought, deliver: (batch = [SIGNED]) => courier.deliver(batch) }
}

function handlerThatSays(answers: readonly Answer[], brought: number[]): LedgerHandler {
  const no = (): never => {
    throw new Error('only submissions are expected here')
  }
  const submit: LedgerHandler['submit'] = async batch => {
    brought.push(batch.length)
    return batch.map((_, at) => {
      const answer = answers[at] ?? answers[0]
      return answer === undefined || typeof answer === 'string' ? null : answer
    })
  }
  return { submit, head: no, genesis: no, blocks: no }
}

test('a coordinator that takes a transaction is the only one to be asked', async () => {
  const { deliver, asked } = scene(['taken', 'taken'])
  assert.deepEqual(await deliver(), [null])
  assert.deepEqual(asked, KEYS.slice(0, 1))
})

test('where one is dead the next one is asked', async () => {
  const { deliver, asked } = scene(['dead', 'taken'])
  assert.deepEqual(await deliver(), [null])
  assert.deepEqual(asked, KEYS.slice(0, 2))
})

test('where the pool of one is full the next one is asked', async () => {
  const { deliver, asked } = scene([FULL, 'taken'])
  assert.deepEqual(await deliver(), [null])
  assert.deepEqual(asked, KEYS.slice(0, 2))
})

test('what the rules refuse is not tried elsewhere', async () => {
  const refusal = { code: 'NONCE_WAITING', message: 'another waits' } as const
  const { deliver, asked } = scene([refusal, 'taken'])
  assert.deepEqual(await deliver(), [refusal])
  assert.equal(asked.length, 1)
})

test('where all pools are full that is what is said in the end', async () => {
  assert.deepEqual(await scene([FULL, FULL]).deliver(), [FULL])
})

test('where nobody can be reached the refusal says why', async () => {
  assert.deepEqual(await scene(['dead', 'dead']).deliver(), [
    { code: 'UNREACHABLE', message: 'no coordinator could be reached: connection refused' }
  ])
})

test('the next transaction begins with the next coordinator', async () => {
  const { deliver, asked } = scene(['taken', 'taken'])
  await deliver()
  await deliver()
  assert.deepEqual(asked, KEYS.slice(0, 2))
})

test('of a batch only what was not taken for want of room is brought to the next one', async () => {
  const { deliver, asked, brought } = scene([['taken', FULL], 'taken'])
  assert.deepEqual(await deliver([SIGNED, OTHER]), [null, null])
  assert.deepEqual([asked, brought], [KEYS.slice(0, 2), [2, 1]])
})

test('a batch of more than one submission holds is brought in several', async () => {
  const { deliver, brought } = scene(['taken'])
  const batch = Array.from({ length: 300 }, () => SIGNED)
  assert.deepEqual(await deliver(batch), Array(300).fill(null))
  assert.deepEqual(brought, [128, 128, 44])
})
