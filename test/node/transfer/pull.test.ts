import '../../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BLOCK_BYTES, PAGE_BLOCKS } from '../../../protocols/blocks/index.ts'
import { manifestOf, type Parts } from './memory-content.ts'
import { changed, isWhole, machine, PAGE_BYTES, pulled } from './pulling.ts'

test('SCP brings every block that is not zero, and the manifest of it', async () => {
  const target = machine()
  const all = await pulled(target, 'SCP', machine())
  await isWhole(target, all)
  const blocks = 2 * PAGE_BLOCKS + 1 + 4
  const { bytesReused, bytesDone, bytesSent } = all.meter.progress()
  assert.equal(bytesDone, all.total)
  assert.equal(all.total - bytesReused, 3 + blocks * BLOCK_BYTES - (BLOCK_BYTES - 77))
  assert.ok(bytesSent < all.total - bytesReused, 'packed, as the rate was not known')
})

for (const method of ['RSYNC', 'REDOLOG']) {
  test(`${method} brings only the blocks that changed, and says which became zero`, async () => {
    const old = machine()
    const target = changed(old)
    const delta = await pulled(target, method, old, { known: manifestOf(old) })
    await isWhole(target, delta)
    assert.equal(delta.total - delta.meter.progress().bytesReused, 4 * BLOCK_BYTES)
    assert.equal(delta.meter.progress().bytesDone, delta.total)
    assert.ok(delta.sink.written.includes(`disk ${PAGE_BLOCKS + 1} zero ${BLOCK_BYTES}`))
    assert.equal(delta.reads.length, 3, 'the origin reads only these blocks')
  })

  test(`${method} of what is already here moves no block and reads none`, async () => {
    const target = machine()
    const same = await pulled(target, method, machine())
    await isWhole(target, same)
    assert.deepEqual([same.sink.written, same.reads], [[], []])
    assert.equal(same.meter.progress().bytesReused, same.total)
  })
}

test('REDOLOG takes all hashes when the origin has forgotten the older version', async () => {
  const old = machine()
  const target = changed(old)
  const delta = await pulled(target, 'REDOLOG', old, {
    lie: () => ({ changes: async () => undefined })
  })
  await isWhole(target, delta)
  assert.equal(delta.total - delta.meter.progress().bytesReused, 4 * BLOCK_BYTES)
})

test('REDOLOG of an honest origin never asks for all hashes of a page', async () => {
  const old = machine()
  const target = changed(old)
  const lie = () => ({ leaves: () => assert.fail('all hashes were asked') })
  await isWhole(target, await pulled(target, 'REDOLOG', old, { known: manifestOf(old), lie }))
})

test('a disk that grew, and one that shrank, is what left', async () => {
  const old = machine()
  const disk = old.get('disk') ?? new Uint8Array()
  const grown = new Uint8Array(disk.byteLength + 2 * PAGE_BYTES)
  grown.set(disk)
  grown.fill(9, disk.byteLength)
  for (const bytes of [grown, disk.slice(0, 2 * PAGE_BYTES + 10)]) {
    const target: Parts = new Map([...old, ['disk', bytes]])
    for (const method of ['SCP', 'RSYNC', 'REDOLOG']) {
      await isWhole(target, await pulled(target, method, old, { known: manifestOf(old) }))
    }
  }
})
