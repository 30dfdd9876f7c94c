import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { checkGolden } from '../../support/golden.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { makeWorkload, type Version, type WorkloadOptions } from './workload.ts'

const BLOCK = 4096
const MIB = 1 << 20
/** A fiftieth of the usual disk: the changes of d and e are a fiftieth too. */
const SMALL: WorkloadOptions = {
  seed: 2004,
  diskMib: 22,
  memoryMib: 4,
  versions: ['v0', 'c', 'd', 'e', 'f']
}

let folder = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'virtuoso-test-'))
  await makeWorkload(folder, SMALL)
})
after(() => rmSync(folder, { recursive: true, force: true }))

const bytesOf = (version: Version, name: string, dir = folder): Buffer =>
  readFileSync(join(dir, version, name))

const mtimeOf = (version: Version, name: string): number =>
  statSync(join(folder, version, name)).mtimeMs / 1000

function changedBlocks(version: Version, name: string): readonly number[] {
  const before = bytesOf('v0', name)
  const now = bytesOf(version, name)
  return Array.from({ length: before.length / BLOCK }, (_, block) => block).filter(block => {
    const [start, end] = [block * BLOCK, (block + 1) * BLOCK]
    return before.compare(now, start, end, start, end) !== 0
  })
}

test('the same seed makes the same bytes, those of the golden hashes', () => {
  const hashes: Record<string, string> = {}
  for (const version of SMALL.versions)
    for (const name of readdirSync(join(folder, version)))
      hashes[`${version}/${name}`] = createHash('sha256')
        .update(bytesOf(version, name))
        .digest('hex')
  checkGolden('migrate-workload.json', hashes)
})

test('another seed makes another machine of the same size', async t => {
  const other = temporaryDirectory(t)
  await makeWorkload(other, { ...SMALL, seed: 2005, versions: ['v0'] })
  const disk = bytesOf('v0', 'disk.img', other)
  assert.equal(disk.length, 22 * MIB)
  assert.notDeepEqual(disk, bytesOf('v0', 'disk.img'))
})

test('a later version made alone is the one that is made with the others', async t => {
  const other = temporaryDirectory(t)
  await makeWorkload(other, { ...SMALL, versions: ['v0'] })
  await makeWorkload(other, { ...SMALL, versions: ['e'] })
  assert.deepEqual(readdirSync(other).sort(), ['e', 'v0'])
  assert.deepEqual(bytesOf('e', 'disk.img', other), bytesOf('e', 'disk.img'))
})

test('a quarter of the disk and more are holes', () => {
  const { size, blocks } = statSync(join(folder, 'v0', 'disk.img'))
  assert.equal(size, 22 * MIB)
  assert.ok(blocks * 512 < size * 0.76, `${blocks * 512} of ${size} bytes are allocated`)
})

test('v0 bears one time in all its files, later versions a later one where they changed', () => {
  for (const name of readdirSync(join(folder, 'v0'))) assert.equal(mtimeOf('v0', name), 1.1e9)
  assert.equal(mtimeOf('c', 'disk.img'), 1.1e9)
  assert.equal(mtimeOf('c', 'mem.vmss'), 1.1e9 + 1000)
  assert.equal(mtimeOf('d', 'disk.img'), 1.1e9 + 2000)
  assert.equal(mtimeOf('e', 'machine.conf'), 1.1e9 + 3000)
  assert.match(bytesOf('e', 'machine.conf').toString(), /version=8/)
})

test('c changes about 55% of the memory and nothing of the disk', () => {
  const changed = changedBlocks('c', 'mem.vmss').length / ((4 * MIB) / BLOCK)
  assert.ok(changed > 0.4 && changed < 0.65, `${changed} of the pages differ`)
  assert.deepEqual(changedBlocks('c', 'disk.img'), [])
})

test('d changes 50 MiB in the usual disk, here 1 MiB, all over it, and the redo logs are gone', () => {
  const changed = changedBlocks('d', 'disk.img')
  assert.equal(changed.length, MIB / BLOCK)
  assert.ok((changed[0] ?? Infinity) < 700 && (changed.at(-1) ?? 0) > 4900)
  assert.deepEqual(readdirSync(join(folder, 'd')).sort(), ['disk.img', 'machine.conf', 'mem.vmss'])
})

test('e changes 210 MiB in one place and 40 MiB below it, here a fiftieth of each', () => {
  const changed = changedBlocks('e', 'disk.img')
  const [start, below] = [(14 * MIB) / BLOCK, (12 * MIB) / BLOCK]
  assert.equal(changed.filter(block => block < below).length, 205)
  assert.deepEqual(
    changed.filter(block => block >= below),
    Array.from({ length: 1075 }, (_, at) => start + at)
  )
})

test('f puts 12,345 bytes into the disk and takes 777 out, and all the others are there', () => {
  const before = bytesOf('v0', 'disk.img')
  const now = bytesOf('f', 'disk.img')
  const insertAt = Math.floor(before.length * 0.37) + 1
  const deleteAt = Math.floor(before.length * 0.71) + 3
  assert.equal(now.length, before.length + 12_345 - 777)
  assert.deepEqual(now.subarray(0, insertAt), before.subarray(0, insertAt))
  assert.deepEqual(
    now.subarray(insertAt + 12_345, deleteAt + 12_345),
    before.subarray(insertAt, deleteAt)
  )
  assert.deepEqual(now.subarray(deleteAt + 12_345), before.subarray(deleteAt + 777))
})
