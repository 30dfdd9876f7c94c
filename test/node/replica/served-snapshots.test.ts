import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainContext, checkChunk, genesisTip, lightFrom, tipOf } from '../../../ledger/index.ts'
import { checkOffer } from '../../../ledger/sync/snapshot.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { Replica } from '../../../node/replica/replica.ts'
import { ServedSnapshots } from '../../../node/replica/served-snapshots.ts'
import { Grower } from '../../support/grower.ts'
import * as sample from '../../support/ledger-samples.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { memoryChain } from '../../support/memory-chain.ts'

/** Of every state that is kept there is one only. */
const grower = new Grower(
  sample.genesis,
  [sample.coordinator],
  genesisTip(sample.genesis, nodeCrypto)
)
const blocks = Array.from({ length: 1_024 }, (_, at) => {
  const height = at + 1
  const { buyer, buyerKey, openBuyer, registerMachine, signed } = sample
  if (height === 1) return grower.grow([signed(buyer, 1, openBuyer, buyerKey)])
  if (height % 256 !== 0) return grower.grow([])
  return grower.grow([signed(buyer, 1 + height / 256, registerMachine, buyerKey, height)])
}).map(({ certified }) => certified)
const ALL = { from: '', to: null }

function scene() {
  const clock = new ManualClock()
  const context = chainContext(sample.genesis, nodeCrypto)
  const replica = new Replica(context, memoryChain(), genesisTip(sample.genesis, nodeCrypto))
  const served = new ServedSnapshots(replica, clock)
  const heights = (): number[] => served.offers().map(({ certified }) => certified.header.height)
  const until = async (height: number): Promise<void> => {
    for (const block of blocks.slice(replica.state().height, height)) await replica.append(block)
  }
  const fetch = async (height: number): Promise<string> => {
    const root = blocks[height - 1]?.block.header.stateRoot ?? ''
    const said = await served.chunk({ root, ...ALL })
    return 'code' in said ? said.code : 'chunk'
  }
  return { clock, replica, served, heights, until, fetch }
}

test('the first block is kept, then each at the heights that all nodes keep; the newest two of them', async () => {
  const { heights, until } = scene()
  assert.deepEqual(heights(), [])
  await until(255)
  assert.deepEqual(heights(), [1])
  await until(256)
  assert.deepEqual(heights(), [256, 1])
  await until(512)
  assert.deepEqual(heights(), [512, 256])
})

test('what is offered proves itself, and leads to the tip that the node was at', async () => {
  const { served, until, replica } = scene()
  await until(256)
  const { tip } = replica
  const light = lightFrom(sample.genesis, nodeCrypto)
  for (const offer of served.offers()) assert.equal(checkOffer(light, offer, nodeCrypto), null)
  const [newest] = served.offers()
  assert.ok(newest !== undefined)
  assert.deepEqual(tipOf(newest, tip.state, nodeCrypto), tip)
  const root = tip.state.root()
  const said = await served.chunk({ root, ...ALL })
  assert.ok('proof' in said && checkChunk(said, ALL, root, nodeCrypto).ok)
})

test('one that is fetched stays while it is, for an hour at most; then it is not known any more', async () => {
  const { clock, heights, until, fetch } = scene()
  await until(1)
  assert.equal(await fetch(1), 'chunk')
  await until(512)
  assert.deepEqual(heights(), [512, 256, 1])
  clock.advance(60_001)
  await until(768)
  assert.deepEqual(heights(), [768, 512])
  assert.equal(await fetch(1), 'SNAPSHOT_UNKNOWN')
  assert.equal(await fetch(512), 'chunk')
  clock.advance(3_600_001)
  assert.equal(await fetch(512), 'chunk')
  await until(1_024)
  assert.deepEqual(heights(), [1_024, 768])
})

test('four are kept at most: while all are fetched no new one is', async () => {
  const { heights, until, fetch } = scene()
  for (const height of [1, 256, 512, 768]) {
    await until(height)
    await fetch(height)
  }
  assert.deepEqual(heights(), [768, 512, 256, 1])
  await until(1_024)
  assert.deepEqual(heights(), [768, 512, 256, 1])
})
