/** To whom a transaction is brought; over a network whose coordinators do as they are told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import type { SignedTransaction } from '../../../ledger/index.ts'
import type { Network } from '../../../node/network/index.ts'
import { remoteCourier } from '../../../node/replica/remote-courier.ts'
import {
  type LedgerHandler,
  type LedgerRefusal,
  ledgerSlots,
  serveLedger
} from '../../../protocols/ledger/index.ts'
import * as sample from '../../support/ledger-samples.ts'

/** What a coordinator says to a transaction. */
type Answer = LedgerRefusal | 'taken' | 'dead' | 'mute'

const KEYS = ['11', '22', '33', '44'].map(byte => byte.repeat(32))
const SIGNED: SignedTransaction = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)
const OTHER: SignedTransaction = sample.signed(
  sample.provider,
  1,
  sample.openProvider,
  sample.providerKey
)
const FULL: LedgerRefusal = { code: 'POOL_FULL', message: 'later' }

interface Scene {
  /** To whom a stream was opened, or could not be. */
  readonly opened: string[]
  readonly asked: string[]
  /** How many transactions each of those asked was brought. */
  readonly brought: number[]
  /** The coordinators end all their streams. */
  readonly end: () => void
  readonly deliver: (
    batch?: readonly SignedTransaction[]
  ) => ReturnType<ReturnType<typeof remoteCourier>['deliver']>
}

/** Coordinators by their answers in the order of their keys; `dead` cannot be reached, `mute` takes it and breaks off. */
function scene(answers: readonly (Answer | readonly Answer[])[]): Scene {
  const opened: string[] = []
  const asked: string[] = []
  const brought: number[] = []
  const streams: Stream[] = []
  const network = {
    key: 'ff'.repeat(32),
    isConnected: () => true,
    open: async (_name: string, key: string) => {
      opened.push(key)
      const answer = answers[KEYS.indexOf(key)]
      if (answer === undefined || answer === 'dead') {
        asked.push(key)
        throw new Error('connection refused')
      }
      const [client, server] = await streamPair({ delay: 0 })
      streams.push(server)
      if (answer === 'mute') {
        asked.push(key)
        server.abort(new Error('killed'))
        return client
      }
      const handler = handlerThatSays([answer].flat(), size => {
        asked.push(key)
        brought.push(size)
      })
      void serveLedger(server, handler, { peer: 'somebody', slots: ledgerSlots() })
      return client
    }
  }
  const courier = remoteCourier(network as unknown as Network, () => KEYS.slice(0, answers.length))
  const end = (): void => {
    for (const stream of streams) stream.abort(new Error('restarted'))
  }
  return { opened, asked, brought, end, deliver: (batch = [SIGNED]) => courier.deliver(batch) }
}

function handlerThatSays(answers: readonly Answer[], told: (size: number) => void): LedgerHandler {
  const no = (): never => {
    throw new Error('only submissions are expected here')
  }
  const submit: LedgerHandler['submit'] = async batch => {
    told(batch.length)
    return batch.map((_, at) => {
      const answer = answers[at] ?? answers[0]
      return answer === undefined || typeof answer === 'string' ? null : answer
    })
  }
  const others = { epochs: no, read: no, outcome: no, snapshots: no, chunk: no }
  return { submit, head: no, genesis: no, blocks: no, ...others }
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

const UNKNOWN = { code: 'INVALID_SIGNER', message: 'nobody of that name' } as const

test('of four coordinators one that refuses is not believed: it may lie, or lag behind', async () => {
  const { deliver, asked } = scene([UNKNOWN, 'taken', 'taken', 'taken'])
  assert.deepEqual(await deliver(), [null])
  assert.deepEqual(asked, KEYS.slice(0, 2))
})

test('of four coordinators two that refuse are believed, one of them being honest', async () => {
  const { deliver, asked } = scene([UNKNOWN, UNKNOWN, 'taken', 'taken'])
  assert.deepEqual(await deliver(), [UNKNOWN])
  assert.deepEqual(asked, KEYS.slice(0, 2))
})

test('one that was dead is asked last by the next delivery', async () => {
  const { deliver, asked } = scene(['taken', 'dead', 'taken'])
  await deliver()
  await deliver()
  await deliver()
  await deliver()
  await deliver()
  const [first, second, third] = KEYS
  assert.deepEqual(asked, [first, second, third, third, first, third])
})

test('where an answer was lost and nobody else answers, it is said that it may be included', async () => {
  const [answer] = await scene(['mute', 'dead', 'dead', UNKNOWN]).deliver()
  assert.equal(answer?.code, 'UNANSWERED')
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

test('a stream is used again, and a new one is opened when it has ended', async () => {
  const { deliver, opened, asked, end } = scene(['taken'])
  await deliver()
  await deliver()
  assert.deepEqual([opened.length, asked.length], [1, 2])
  end()
  assert.deepEqual(await deliver(), [null])
  assert.deepEqual([opened.length, asked.length], [2, 3])
})

test('submissions that are under way at once have a stream each', async () => {
  const { deliver, opened } = scene(['taken'])
  assert.deepEqual(await Promise.all([deliver(), deliver()]), [[null], [null]])
  assert.equal(opened.length, 2)
})

test('a batch of more than one submission holds is brought in several', async () => {
  const { deliver, brought } = scene(['taken'])
  const batch = Array.from({ length: 300 }, () => SIGNED)
  assert.deepEqual(await deliver(batch), Array(300).fill(null))
  assert.deepEqual(brought, [128, 128, 44])
})
