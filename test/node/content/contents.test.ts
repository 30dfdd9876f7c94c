import assert from 'node:assert/strict'
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Hash } from '../../../ledger/index.ts'
import { Contents } from '../../../node/content/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { createFakeVmm, encodeConfig, type FakeVmm, type Vmm } from '../../../node/vmm/index.ts'
import {
  BLOCK_BYTES,
  blockLength,
  blocksOf,
  contentRoot,
  type PartShape,
  partHasher
} from '../../../protocols/blocks/index.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { countReads } from './read-counter.ts'

const UUID = '00000000-0000-8000-8000-00000000000a'

/** Two pages of 4 MiB and half a one. */
const SPEC = {
  uuid: UUID,
  configuration: {
    name: 'small',
    processor: 'any',
    os: 'Debian',
    speed: 100,
    memoryMb: 128,
    storageMb: 10,
    image: null
  }
}

interface Rig {
  readonly vmm: FakeVmm
  readonly contents: Contents
  readonly folder: string
  /** Bytes read since the last call. */
  readonly readBytes: () => number
  /** As after a restart of the node. */
  readonly reopened: (change?: Partial<Vmm>) => Contents
}

async function rig(t: TestContext): Promise<Rig> {
  const fake = createFakeVmm()
  await fake.create(SPEC)
  const folder = temporaryDirectory(t)
  const { vmm, take } = countReads(fake)
  const open = (change: Partial<Vmm> = {}): Contents => {
    const changed = new Proxy(vmm, {
      get: (target, name) => Reflect.get(name in change ? change : target, name)
    })
    return new Contents({ vmm: changed, crypto: nodeCrypto, folder, images: null })
  }
  return { vmm: fake, contents: open(), folder, readBytes: take, reopened: open }
}

/** As a guest that boots, writes these blocks and powers down. */
async function writeBlocks(vmm: FakeVmm, blocks: readonly number[], value: number): Promise<void> {
  await vmm.prepareStart(UUID)
  const { disk } = vmm.host.machine(UUID)
  for (const index of blocks) {
    const length = Math.min(BLOCK_BYTES, disk.sizeBytes - index * BLOCK_BYTES)
    disk.write(index * BLOCK_BYTES, new Uint8Array(length).fill(value))
  }
  await vmm.abandon(UUID)
}

/** The definition: every block of every part hashed in order. */
async function definition(vmm: Vmm): Promise<Hash> {
  const content = await vmm.content(UUID)
  const parts = []
  for (const part of content.parts) {
    const hasher = partHasher(nodeCrypto, part)
    for (let at = 0; at < blocksOf(part); at += 1) {
      hasher.add(await content.read(part.name, at * BLOCK_BYTES, blockLength(part, at)))
    }
    parts.push({ part, root: hasher.root() })
  }
  await content.close()
  return contentRoot(nodeCrypto, parts)
}

test('a seal has the root of the definition and its manifest every hash', async t => {
  const { vmm, contents } = await rig(t)
  await writeBlocks(vmm, [0, 255, 256, 639], 7)
  const root = await contents.seal(UUID)
  assert.equal(root, await definition(vmm))
  const manifest = await contents.manifest(UUID)
  assert.equal(manifest.root, root)
  assert.deepEqual(
    manifest.parts.map(part => [part.shape.name, part.pages]),
    [
      ['config', 1],
      ['disk', 3]
    ]
  )
  await manifest.close()
})

test('a machine that was not touched is sealed again without reading any of it', async t => {
  const { vmm, contents, readBytes, reopened } = await rig(t)
  await writeBlocks(vmm, [1, 2, 3], 7)
  const root = await contents.seal(UUID)
  assert.ok(readBytes() > 0)
  assert.equal(await contents.seal(UUID), root)
  assert.equal(await reopened().seal(UUID), root)
  assert.equal(readBytes(), 0)
})

test('after a guest ran only the blocks that it wrote are read', async t => {
  const { vmm, contents, readBytes } = await rig(t)
  await writeBlocks(
    vmm,
    Array.from({ length: 640 }, (_, at) => at),
    7
  )
  await contents.seal(UUID)
  assert.equal(readBytes(), 640 * BLOCK_BYTES)
  await writeBlocks(vmm, [3, 300, 301, 639], 8)
  assert.equal(await contents.seal(UUID), await definition(vmm))
  assert.equal(readBytes(), 4 * BLOCK_BYTES)
})

test('a VMM that was killed leaves no record, and everything is read', async t => {
  const { vmm, contents, readBytes } = await rig(t)
  await writeBlocks(vmm, [1, 2, 3], 7)
  await contents.seal(UUID)
  readBytes()
  await vmm.prepareStart(UUID)
  vmm.host.machine(UUID).disk.write(0, new Uint8Array(BLOCK_BYTES).fill(9))
  vmm.die(UUID)
  const root = await contents.seal(UUID)
  assert.equal(readBytes(), 4 * BLOCK_BYTES)
  assert.equal(root, await definition(vmm))
})

test('a node that dies between the manifest and the record seals to the right root next time', async t => {
  const { vmm, contents, reopened } = await rig(t)
  await writeBlocks(vmm, [1, 2, 3], 7)
  await contents.seal(UUID)
  await writeBlocks(vmm, [2], 8)
  const dying = reopened({ sealed: () => Promise.reject(new Error('killed')) })
  await assert.rejects(dying.seal(UUID), /killed/)
  await writeBlocks(vmm, [3], 9)
  assert.equal(await reopened().seal(UUID), await definition(vmm))
})

test('a machine that is started while it is sealed is sealed all the same, and read again next time', async t => {
  const { vmm, reopened } = await rig(t)
  await writeBlocks(vmm, [1, 2, 3], 7)
  const expected = await definition(vmm)
  const late = reopened({
    sealed: async (machine, seal) => {
      await writeBlocks(vmm, [1], 8)
      return await vmm.sealed(machine, seal)
    }
  })
  assert.equal(await late.seal(UUID), expected)
  assert.equal(await reopened().seal(UUID), await definition(vmm))
})

for (const [damage, harm] of [
  ['is gone', (file: string) => rm(file)],
  ['has lost its end', (file: string) => truncate(file, 5000)],
  ['has a wrong hash of a block', (file: string) => flip(file, -10)],
  ['has a wrong root of a page', (file: string) => flip(file, 4096 + 32 + 8192 + 40)],
  ['is no manifest', (file: string) => writeFile(file, '{}')]
] as const) {
  test(`a manifest that ${damage} is not built upon: everything is read`, async t => {
    const { vmm, contents, folder, readBytes } = await rig(t)
    await writeBlocks(vmm, [0, 1, 2, 639], 7)
    const root = await contents.seal(UUID)
    await harm(join(folder, UUID, `${root}.manifest`))
    await writeBlocks(vmm, [638], 8)
    readBytes()
    assert.equal(await contents.seal(UUID), await definition(vmm))
    assert.ok(readBytes() >= 5 * BLOCK_BYTES)
  })
}

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file)
  const place = at < 0 ? bytes.length + at : at
  bytes[place] = (bytes[place] ?? 0) ^ 1
  await writeFile(file, bytes)
}

test('memory that comes and goes is sealed with the disk, whose record goes on', async t => {
  const { vmm, contents, readBytes } = await rig(t)
  await writeBlocks(
    vmm,
    Array.from({ length: 640 }, (_, at) => at),
    7
  )
  await contents.seal(UUID)
  await vmm.prepareStart(UUID)
  await vmm.go(UUID)
  await vmm.suspend(UUID)
  readBytes()
  const suspended = await contents.seal(UUID)
  const memoryBytes = vmm.host.machine(UUID).memory?.length ?? 0
  // The guest has added a line to one of its files.
  assert.equal(readBytes(), memoryBytes + BLOCK_BYTES)
  assert.equal(suspended, await definition(vmm))
})

test('a copy that arrived is bound to its manifest and the base of the next one', async t => {
  const { vmm, contents, readBytes } = await rig(t)
  await writeBlocks(vmm, [1, 300], 7)
  const root = await contents.seal(UUID)
  const there = createFakeVmm()
  const counted = countReads(there)
  const folder = temporaryDirectory(t)
  const options = { vmm: counted.vmm, crypto: nodeCrypto, folder, images: null }
  const arrived = new Contents(options)
  const content = await vmm.content(UUID)
  const sink = await there.receive(SPEC, content.parts)
  await sink.write('config', 0, encodeConfig(SPEC))
  for (const index of [1, 300]) {
    const offset = index * BLOCK_BYTES
    await sink.write('disk', offset, await content.read('disk', offset, BLOCK_BYTES))
  }
  await content.close()
  const manifest = await contents.manifest(UUID)
  const arriving = await arrived.arriving(UUID, root, content.parts)
  for (const part of manifest.parts) {
    for (let page = 0; page < part.pages; page += 1) {
      await arriving.page(part.shape.name, page, await part.leaves(page))
    }
  }
  await manifest.close()
  await arriving.finish()
  await sink.commit()
  await arrived.adopt(UUID, root)
  assert.equal(await new Contents(options).seal(UUID), root)
  assert.equal(counted.take(), 0)
  const base = await arrived.base(UUID, SPEC.configuration)
  assert.equal(base?.kind, 'cached')
  assert.equal(base.manifest.root, root)
  await base.manifest.close()
  await writeBlocks(there, [5], 1)
  assert.equal(await arrived.base(UUID, SPEC.configuration), undefined, 'its files are other ones')
  assert.equal(await arrived.seal(UUID), await definition(there))
  assert.equal(counted.take(), BLOCK_BYTES)
  readBytes()
})

test('a manifest of an arriving content that lacks a page is never finished', async t => {
  const { vmm, contents } = await rig(t)
  await writeBlocks(vmm, [1, 300], 7)
  const root = await contents.seal(UUID)
  const manifest = await contents.manifest(UUID)
  const shapes: PartShape[] = manifest.parts.map(part => part.shape)
  const arriving = await contents.arriving(UUID, root, shapes)
  for (const part of manifest.parts) {
    for (let page = 1; page < part.pages; page += 1) {
      await arriving.page(part.shape.name, page, await part.leaves(page))
    }
  }
  await manifest.close()
  await assert.rejects(arriving.finish(), /expected/)
  await arriving.discard()
})

test('the manifests of four versions are kept, the present one among them', async t => {
  const { vmm, contents, folder } = await rig(t)
  const roots = []
  for (let version = 1; version <= 6; version += 1) {
    await writeBlocks(vmm, [version], version)
    roots.push(await contents.seal(UUID))
  }
  const kept = (await readdir(join(folder, UUID))).filter(name => name.endsWith('.manifest'))
  assert.equal(kept.length, 4)
  const last = await contents.known(UUID, roots[5] ?? '')
  assert.equal(last?.root, roots[5])
  await last?.close()
  assert.equal(await contents.known(UUID, 'ab'.repeat(32)), undefined)
  await contents.forget(UUID)
  assert.deepEqual(await readdir(folder), [])
})

const SEED = 2004

test(`seals after random writes, restarts and kills have the root of the definition (seed ${SEED})`, async t => {
  const random = seededRandom(SEED)
  const { vmm, reopened } = await rig(t)
  for (let round = 0; round < 40; round += 1) {
    const count = random.integer(4)
    const blocks = Array.from({ length: count }, () => random.integer(640))
    // Zeros too: a block that is emptied changes its hash like any other.
    await writeBlocks(vmm, blocks, random.integer(3))
    if (random.integer(6) === 0) {
      await vmm.prepareStart(UUID)
      vmm.die(UUID)
    }
    assert.equal(await reopened().seal(UUID), await definition(vmm), `round ${round}`)
  }
})
