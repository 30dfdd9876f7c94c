import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Level } from 'level'
import {
  checkChunk,
  cutChunk,
  type FinalRecord,
  lightFrom,
  type Snapshot,
  type StateEntry,
  type SyncProgress,
  type Tip
} from '../../../ledger/index.ts'
import { openStore, type Store } from '../../../node/store/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import { handOver, testSet } from '../../support/header-chain.ts'
import * as sample from '../../support/ledger-samples.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { soloBlocks } from './solo-blocks.ts'

const RECORDS = [...soloBlocks(9)]
/** The snapshot is of block 6; the node has the first two. */
const HELD = 2
const AT = 6

function record(height: number): FinalRecord {
  const found = RECORDS[height - 1]
  assert.ok(found !== undefined)
  return found
}

const snapshot: Snapshot = {
  certified: {
    header: record(AT).certified.block.header,
    certificate: record(AT).certified.certificate,
    descent: []
  },
  log: record(AT - 1).tip.log.full
}

function entriesOf({ state }: Tip): readonly StateEntry[] {
  const range = { from: '', to: null }
  const checked = checkChunk(cutChunk(state, range), range, state.root(), testCrypto)
  assert.ok(checked.ok)
  return checked.entries
}

const ENTRIES = entriesOf(record(AT).tip)
const light = lightFrom(sample.genesis, testCrypto)

function progress(ranges: SyncProgress['ranges']): SyncProgress {
  return { light, target: snapshot, ranges }
}

const ALL_LEFT = progress([{ from: '', to: null }])
const NONE_LEFT = progress([])

async function behind(t: TestContext): Promise<{ location: string; store: Store }> {
  const location = join(temporaryDirectory(t), 'store')
  const store = await openStore(location)
  await store.chain.append(RECORDS.slice(0, HELD), true)
  return { location, store }
}

async function again(location: string, store: Store): Promise<{ store: Store; tip: Tip }> {
  await store.close()
  const opened = await openStore(location)
  return { store: opened, tip: await opened.chain.load(sample.genesis, testCrypto) }
}

async function heightsFrom(store: Store, from: number): Promise<number[]> {
  const heights: number[] = []
  for await (const { block } of store.chain.blocks(from)) heights.push(block.header.height)
  return heights
}

test('a fetched state takes the place of the older one, and the chain goes on from there', async t => {
  const { location, store } = await behind(t)
  const { snapshots } = store.chain
  await snapshots.begin(ALL_LEFT)
  const half = ENTRIES.length >> 1
  await snapshots.store(ENTRIES.slice(0, half), progress([{ from: 'b', to: null }]))
  await snapshots.store(ENTRIES.slice(half), NONE_LEFT)
  const tip = await snapshots.complete(snapshot, sample.genesis, testCrypto)
  const expected = record(AT).tip
  assert.equal(tip.state.root(), expected.state.root())
  assert.deepEqual(
    [tip.block, tip.epoch, tip.view, tip.log, tip.sealing],
    [expected.block, expected.epoch, expected.view, expected.log, false]
  )
  assert.equal(await store.chain.baseHeight(), AT)
  assert.equal(await snapshots.progress(), null)
  await store.chain.append(RECORDS.slice(AT), true)
  const { store: opened, tip: loaded } = await again(location, store)
  assert.equal(loaded.state.root(), record(9).tip.state.root())
  assert.deepEqual(loaded.log, record(9).tip.log)
  assert.equal(await opened.chain.baseHeight(), AT)
  assert.deepEqual(await heightsFrom(opened, AT + 1), [7, 8, 9])
  await opened.close()
})

test('until it is whole the node starts where it was, and finds how far the fetching had come', async t => {
  const { location, store } = await behind(t)
  await store.chain.snapshots.begin(ALL_LEFT)
  await store.chain.snapshots.store(ENTRIES.slice(0, 3), progress([{ from: 'b', to: null }]))
  const { store: opened, tip } = await again(location, store)
  assert.equal(tip.state.root(), record(HELD).tip.state.root())
  assert.deepEqual((await opened.chain.snapshots.progress())?.ranges, [{ from: 'b', to: null }])
  assert.deepEqual(await heightsFrom(opened, 1), [1, 2])
  // Blocks that come meanwhile by another way do not disturb it.
  await opened.chain.append([record(3)], true)
  await opened.chain.snapshots.store(ENTRIES.slice(3), NONE_LEFT)
  const whole = await opened.chain.snapshots.complete(snapshot, sample.genesis, testCrypto)
  assert.equal(whole.state.root(), record(AT).tip.state.root())
  await opened.close()
})

test('what is not the state of the snapshot never becomes that of the chain', async t => {
  const { location, store } = await behind(t)
  const { snapshots } = store.chain
  for (const entries of [ENTRIES.slice(1), entriesOf(record(AT - 1).tip)]) {
    await snapshots.begin(ALL_LEFT)
    await snapshots.store(entries, NONE_LEFT)
    await assert.rejects(snapshots.complete(snapshot, sample.genesis, testCrypto), {
      code: 'STORE_DAMAGED'
    })
    assert.equal(await snapshots.progress(), null, 'it is begun anew')
  }
  const { store: opened, tip } = await again(location, store)
  assert.equal(tip.state.root(), record(HELD).tip.state.root())
  await opened.close()
})

test('a beginning forgets what was fetched of another snapshot', async t => {
  const { store } = await behind(t)
  const { snapshots } = store.chain
  await snapshots.begin(ALL_LEFT)
  await snapshots.store([['zzz', Uint8Array.of(1)]], NONE_LEFT)
  await snapshots.begin(ALL_LEFT)
  await snapshots.store(ENTRIES, NONE_LEFT)
  const tip = await snapshots.complete(snapshot, sample.genesis, testCrypto)
  assert.equal(tip.state.root(), record(AT).tip.state.root())
  await store.close()
})

test('what was fetched for a height that the chain has passed by replaying is forgotten at a start', async t => {
  const { location, store } = await behind(t)
  await store.chain.snapshots.begin(ALL_LEFT)
  await store.chain.snapshots.store(ENTRIES.slice(0, 3), progress([{ from: 'b', to: null }]))
  await store.chain.append(RECORDS.slice(HELD, AT - 1), true)
  const before = await again(location, store)
  assert.notEqual(await before.store.chain.snapshots.progress(), null)
  await before.store.chain.append([record(AT)], true)
  const { store: opened } = await again(location, before.store)
  assert.equal(await opened.chain.snapshots.progress(), null)
  await opened.close()
})

test('a second snapshot takes the place of the first', async t => {
  const { location, store } = await behind(t)
  const { snapshots } = store.chain
  const first: Snapshot = {
    certified: {
      header: record(4).certified.block.header,
      certificate: record(4).certified.certificate,
      descent: []
    },
    log: record(3).tip.log.full
  }
  for (const [target, entries] of [
    [first, entriesOf(record(4).tip)],
    [snapshot, ENTRIES]
  ] as const) {
    await snapshots.begin({ ...ALL_LEFT, target })
    await snapshots.store(entries, { ...NONE_LEFT, target })
    await snapshots.complete(target, sample.genesis, testCrypto)
  }
  const { store: opened, tip } = await again(location, store)
  assert.equal(tip.state.root(), record(AT).tip.state.root())
  assert.deepEqual(await heightsFrom(opened, 1), [])
  await opened.close()
  const level = new Level<string, Uint8Array>(location, { valueEncoding: 'view' })
  const beside = await level.keys({ gte: '!state-beside!', lt: '!state-beside"' }).all()
  assert.deepEqual(beside, [], 'the older state is gone')
  await level.close()
})

test('hand-overs are kept by their epoch', async t => {
  const { store } = await behind(t)
  const kept = [0, 1, 2].map(epoch => handOver(testSet(epoch), 10 * (epoch + 1)))
  await store.chain.snapshots.keepHandOvers(kept)
  assert.deepEqual(await store.chain.snapshots.handOver(1), kept[1])
  assert.equal(await store.chain.snapshots.handOver(3), undefined)
  await store.close()
})

test('a store of schema 1 is read as it is, and marked: an older program would misread what comes', async t => {
  const { location, store } = await behind(t)
  await store.close()
  const level = new Level<string, Uint8Array>(location, { valueEncoding: 'view' })
  const head = JSON.parse(Buffer.from((await level.get('!chain!head')) ?? []).toString()) as object
  const old = { ...head, space: undefined, base: undefined }
  await level.put('!chain!head', Buffer.from(JSON.stringify(old)))
  await level.put('schema', Buffer.from('1'))
  await level.close()
  const opened = await openStore(location)
  const tip = await opened.chain.load(sample.genesis, testCrypto)
  assert.equal(tip.state.root(), record(HELD).tip.state.root())
  assert.equal(await opened.chain.baseHeight(), 0)
  await opened.close()
  const after = new Level<string, Uint8Array>(location, { valueEncoding: 'view' })
  assert.equal(Buffer.from((await after.get('schema')) ?? []).toString(), '2')
  await after.close()
})
