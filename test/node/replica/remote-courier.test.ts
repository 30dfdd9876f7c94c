/** To whom a transaction is brought; over a network whose coordinators do as they are told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamPair } from '@libp2p/utils'
import { hashTransaction, type SignedTransaction } from '../../../ledger/index.ts'
import type { Network } from '../../../node/network/index.ts'
import { remoteCourier } from '../../../node/replica/remote-courier.ts'
import { followSlots, type LedgerHandler, serveLedger } from '../../../protocols/ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'

type Answer = Awaited<ReturnType<LedgerHandler['submit']>>

const KEYS = ['11', '22', '33'].map(byte => byte.repeat(32))
const SIGNED: SignedTransaction = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)
const TAKEN: Answer = { hash: hashTransaction(SIGNED, testCrypto) }

interface Scene {
  readonly asked: string[]
  readonly deliver: () => ReturnType<ReturnType<typeof remoteCourier>['deliver']>
}

/** Coordinators by their answers in the order of their keys; `dead` cannot be reached. */
function scene(answers: readonly (Answer | 'dead')[]): Scene {
  const asked: string[] = []
  const network = {
    key: 'ff'.repeat(32),
    isConnected: () => true,
    open: async (_name: string, key: string) => {
      asked.push(key)
      const answer = answers[KEYS.indexOf(key)]
      if (answer === undefined || answer === 'dead') throw new Error('connection refused')
      const [client, server] = await streamPair({ delay: 0 })
      void serveLedger(server, handlerThatSays(answer), { peer: 'somebody', slots: followSlots() })
      return client
    }
  }
  const courier = remoteCourier(network as unknown as Network, KEYS.slice(0, answers.length))
  return { asked, deliver: () => courier.deliver(SIGNED) }
}

function handlerThatSays(answer: Answer): LedgerHandler {
  const no = (): never => {
    throw new Error('only submissions are expected here')
  }
  return { submit: async () => answer, head: no, genesis: no, blocks: no }
}

test('a coordinator that takes a transaction is the only one to be asked', async () => {
  const { deliver, asked } = scene([TAKEN, TAKEN])
  assert.equal(await deliver(), 'accepted')
  assert.deepEqual(asked, KEYS.slice(0, 1))
})

test('where one is dead the next one is asked', async () => {
  const { deliver, asked } = scene(['dead', TAKEN])
  assert.equal(await deliver(), 'accepted')
  assert.deepEqual(asked, KEYS.slice(0, 2))
})

test('where the pool of one is full the next one is asked', async () => {
  const { deliver, asked } = scene([{ code: 'POOL_FULL', message: 'later' }, TAKEN])
  assert.equal(await deliver(), 'accepted')
  assert.deepEqual(asked, KEYS.slice(0, 2))
})

test('what the rules refuse is not tried elsewhere', async () => {
  const refusal = { code: 'NONCE_WAITING', message: 'another waits' } as const
  const { deliver, asked } = scene([refusal, TAKEN])
  assert.deepEqual(await deliver(), refusal)
  assert.equal(asked.length, 1)
})

test('where all pools are full that is what is said in the end', async () => {
  const full = { code: 'POOL_FULL', message: 'later' } as const
  assert.deepEqual(await scene([full, full]).deliver(), full)
})

test('where nobody can be reached the refusal says why', async () => {
  assert.deepEqual(await scene(['dead', 'dead']).deliver(), {
    code: 'UNREACHABLE',
    message: 'no coordinator could be reached: connection refused'
  })
})

test('the next transaction begins with the next coordinator', async () => {
  const { deliver, asked } = scene([TAKEN, TAKEN])
  await deliver()
  await deliver()
  assert.deepEqual(asked, KEYS.slice(0, 2))
})
