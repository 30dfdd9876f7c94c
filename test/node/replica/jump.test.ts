import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainContext, genesisTip, type Tip } from '../../../ledger/index.ts'
import { finalBlocksFrom } from '../../../node/replica/final-blocks.ts'
import { HandOvers } from '../../../node/replica/hand-overs.ts'
import { Replica } from '../../../node/replica/replica.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { handOver, testSet } from '../../support/header-chain.ts'
import * as sample from '../../support/ledger-samples.ts'
import { memoryChain } from '../../support/memory-chain.ts'
import { sampleBatches, sampleChain } from '../../support/sample-chain.ts'

const { blocks } = sampleChain(sampleBatches())

function tipAt(height: number): Tip {
  return sampleChain(sampleBatches().slice(0, height)).tip
}

async function read(replica: Replica, from: number): Promise<readonly number[] | string> {
  const heights: number[] = []
  try {
    for await (const { block } of replica.blocks(from)) heights.push(block.header.height)
  } catch (error) {
    return (error as { code: string }).code
  }
  return heights
}

function jumped(): Replica {
  const context = chainContext(sample.genesis, testCrypto)
  const replica = new Replica(context, memoryChain(), genesisTip(sample.genesis, testCrypto))
  replica.jump(tipAt(2))
  return replica
}

test('after a snapshot the ledger goes on from it, and blocks before it are refused by code', async () => {
  const replica = jumped()
  assert.deepEqual(await read(replica, 1), 'BLOCKS_NOT_HELD')
  assert.deepEqual(
    await read(replica, 2),
    [],
    'the newest is nothing that could be asked elsewhere'
  )
  for (const block of blocks.slice(2)) await replica.append(block)
  assert.equal(replica.tip.block, tipAt(4).block)
  assert.deepEqual(await read(replica, 2), 'BLOCKS_NOT_HELD')
  assert.deepEqual(await read(replica, 3), [3, 4])
})

test('a colleague that asks for blocks from before is given none', async () => {
  const replica = jumped()
  for (const block of blocks.slice(2)) await replica.append(block)
  assert.deepEqual(await finalBlocksFrom(replica, 1), [])
  assert.equal((await finalBlocksFrom(replica, 3)).length, 2)
})

test('whoever waits for a transaction hears that its block may have been passed over', async () => {
  const context = chainContext(sample.genesis, testCrypto)
  const replica = new Replica(context, memoryChain(), genesisTip(sample.genesis, testCrypto))
  const waited = sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)
  const waiting = replica.inclusionOf(waited)
  const seen = replica.until(({ height }) => height >= 2, new AbortController().signal)
  replica.jump(tipAt(2))
  assert.equal(await waiting.promise, 'passed')
  await seen
})

test('hand-overs that were kept are served, and blocks are searched only where they are held', async () => {
  const kept = [0, 1].map(epoch => handOver(testSet(epoch), 10 * (epoch + 1)))
  const handOvers = new HandOvers(jumped(), { handOver: async epoch => kept[epoch] })
  assert.deepEqual(await handOvers.from(0, 64), kept)
  assert.deepEqual(await handOvers.from(1, 64), kept.slice(1))
  assert.deepEqual(await handOvers.from(0, 1), kept.slice(0, 1))
  assert.deepEqual(await handOvers.from(2, 64), [])
})
