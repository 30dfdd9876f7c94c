import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Level } from 'level'
import type { CertifiedBlock } from '../../../ledger/index.ts'
import { type ChainStore, openStore } from '../../../node/store/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { soloBlocks } from './solo-blocks.ts'

async function blocksOf(chain: ChainStore, from = 1): Promise<CertifiedBlock[]> {
  const blocks: CertifiedBlock[] = []
  for await (const block of chain.blocks(from)) blocks.push(block)
  return blocks
}

test('an empty store has the tip of the genesis', async t => {
  const store = await openStore(join(temporaryDirectory(t), 'store'))
  const tip = await store.chain.load(sample.genesis, testCrypto)
  assert.equal(tip.state.height, 0)
  assert.equal(tip.block, sample.network)
  await store.close()
})

test('blocks and state that were appended are there after the store is opened again', async t => {
  const location = join(temporaryDirectory(t), 'store')
  const records = [...soloBlocks(6)]
  const first = await openStore(location)
  await first.chain.append(records.slice(0, 4), true)
  await first.chain.append(records.slice(4), true)
  await first.close()
  const second = await openStore(location)
  const tip = await second.chain.load(sample.genesis, testCrypto)
  const expected = records.at(-1)?.tip
  assert.equal(tip.block, expected?.block)
  assert.equal(tip.state.root(), expected?.state.root())
  assert.equal(
    tip.state.account(sample.buyerId)?.nonce,
    expected?.state.account(sample.buyerId)?.nonce
  )
  assert.deepEqual(
    await blocksOf(second.chain),
    records.map(record => record.certified)
  )
  assert.equal((await blocksOf(second.chain, 5)).length, 2)
  assert.equal((await blocksOf(second.chain, 7)).length, 0)
  await second.close()
})

test('a block that leaves a gap is a broken invariant, and nothing of its batch is kept', async t => {
  const store = await openStore(join(temporaryDirectory(t), 'store'))
  const [first, , third] = [...soloBlocks(3)]
  assert.ok(first !== undefined && third !== undefined)
  await assert.rejects(
    store.chain.append([first, third], true),
    /block 2 must be appended next, not block 3/
  )
  assert.deepEqual(await blocksOf(store.chain), [])
  await store.close()
})

test('the store of another network is refused with both named', async t => {
  const store = await openStore(join(temporaryDirectory(t), 'store'))
  await store.chain.append([...soloBlocks(1)], true)
  await assert.rejects(store.chain.load({ ...sample.genesis, name: 'other' }, testCrypto), {
    code: 'STORE_OTHER_NETWORK',
    message: /"other"/
  })
  await store.close()
})

test('a state whose bytes were changed on disk is damage, not another balance', async t => {
  const location = join(temporaryDirectory(t), 'store')
  const store = await openStore(location)
  await store.chain.append([...soloBlocks(4)], true)
  await store.close()
  const level = new Level<string, Uint8Array>(location, { valueEncoding: 'view' })
  const [key] = await level.keys({ gte: '!state!account/', limit: 1 }).all()
  assert.ok(key?.startsWith('!state!account/') === true, `found ${key}`)
  await level.del(key)
  await level.close()
  const again = await openStore(location)
  await assert.rejects(again.chain.load(sample.genesis, testCrypto), { code: 'STORE_DAMAGED' })
  await again.close()
})

test('kill -9 in the middle of appends loses nothing that was acknowledged', async t => {
  const location = join(temporaryDirectory(t), 'store')
  const writer = fileURLToPath(new URL('./chain-writer.js', import.meta.url))
  const child = spawn(process.execPath, [writer, location], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  t.after(() => child.kill('SIGKILL'))
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line)
    if (acknowledged.length === 20) child.kill('SIGKILL')
  }
  const store = await openStore(location)
  const tip = await store.chain.load(sample.genesis, testCrypto)
  assert.ok(acknowledged.length >= 20 && tip.state.height >= acknowledged.length)
  assert.ok(tip.state.height <= acknowledged.length + 1, 'at most the one under way was lost')
  const heights = (await blocksOf(store.chain)).map(({ block }) => block.header.height)
  assert.deepEqual(
    heights,
    Array.from({ length: tip.state.height }, (_, index) => index + 1)
  )
  await store.close()
})
