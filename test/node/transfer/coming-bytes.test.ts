import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { comingBytes, PageRoots } from '../../../node/transfer/index.ts'
import { HASH, MACHINE } from '../../protocols/golden.ts'
import type { Parts } from './memory-content.ts'
import { changed, jobFor, machine, PAGE_BYTES, served } from './pulling.ts'

async function coming(target: Parts, method: string, old?: Parts): Promise<number> {
  const { source } = await served({ source: target })
  const { job } = jobFor(target, method, old, {})
  await source.hello(MACHINE, HASH)
  const pageRoots = new PageRoots(nodeCrypto, job.outline, job.root)
  const { bytes } = await comingBytes(source, { crypto: nodeCrypto, pageRoots, base: job.base })
  await source.close()
  return bytes
}

test('room is asked for every page that is not all zeros when nothing is here', async () => {
  const disk = machine().get('disk')?.length ?? 0
  // Pages 3 and 4 are empty.
  assert.equal(await coming(machine(), 'SCP'), 3 + disk - 2 * PAGE_BYTES)
})

test('room is asked for the pages that changed when an older version is here', async () => {
  assert.equal(await coming(changed(machine()), 'RSYNC', machine()), 3 * PAGE_BYTES)
  assert.equal(await coming(machine(), 'REDOLOG', machine()), 0)
})
