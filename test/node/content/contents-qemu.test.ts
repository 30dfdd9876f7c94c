import assert from 'node:assert/strict'
import { copyFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Contents } from '../../../node/content/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { createQemuVmm, encodeConfig, type MachineSpec } from '../../../node/vmm/index.ts'
import { exportDisk } from '../../../node/vmm/qemu/disk.ts'
import { whyNoQemu } from '../../support/debian-mini.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { countReads } from './read-counter.ts'

const skip = (await whyNoQemu()) ?? false

const UUID = '00000000-0000-8000-8000-00000000000a'
const BLOCK = 16_384
const MIB = 2 ** 20

function specOf(storageMb: number): MachineSpec {
  const sizes = { processor: 'any', os: 'none', speed: 100, memoryMb: 64, storageMb }
  return { uuid: UUID, configuration: { name: 'blank', image: null, ...sizes } }
}

async function rig(t: TestContext, storageMb: number) {
  const dataDir = temporaryDirectory(t)
  const images = { find: async () => undefined, list: async () => [] }
  // Sparse files: what is bought need not be there.
  const freeBytes = async (): Promise<number> => 2 ** 40
  const vmm = createQemuVmm({ dataDir, images, accelerator: 'tcg', freeBytes })
  await vmm.open()
  await vmm.create(specOf(storageMb))
  const { vmm: counted, take } = countReads(vmm)
  const folder = join(dataDir, 'manifests')
  const contents = new Contents({ vmm: counted, crypto: nodeCrypto, folder, images: null })
  const disk = join(dataDir, 'vmm', 'machines', UUID, 'disk.qcow2')
  t.after(() => vmm.close())
  return { vmm, images, contents, dataDir, readBytes: take, disk, folder }
}

/** Writes as a guest would, through a program that keeps the record of changes. */
async function write(
  { disk, dataDir }: { readonly disk: string; readonly dataDir: string },
  pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[]
): Promise<void> {
  const socketPath = join(dataDir, 'write.sock')
  const opened = await exportDisk({ file: disk, socketPath, mode: 'write' })
  for (const { offset, bytes } of pieces) await opened.client.write(offset, bytes)
  await opened.client.flush()
  await opened.close()
}

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)

test('a disk of 64 GiB with two blocks in it is sealed by reading these two', { skip }, async t => {
  const machine = await rig(t, 65_536)
  const last = 65_536 * MIB - BLOCK
  await write(machine, [
    { offset: 0, bytes: filled(BLOCK, 1) },
    { offset: last, bytes: filled(BLOCK, 2) }
  ])
  const before = process.memoryUsage().arrayBuffers
  const root = await machine.contents.seal(UUID)
  // 64 MiB of leaves would be 128 MiB of hashes; page roots are 512 KiB.
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 * MIB)
  assert.ok(machine.readBytes() <= 8 * BLOCK, 'a cluster of the file is more than a block')
  await write(machine, [{ offset: 20_000 * MIB, bytes: filled(BLOCK, 3) }])
  assert.notEqual(await machine.contents.seal(UUID), root)
  assert.equal(machine.readBytes(), BLOCK)
})

test('seals on changes have the root of a seal that reads everything', { skip }, async t => {
  const machine = await rig(t, 64)
  await write(machine, [{ offset: 0, bytes: filled(40 * MIB, 1) }])
  await machine.contents.seal(UUID)
  assert.ok(machine.readBytes() >= 40 * MIB)
  await write(machine, [
    { offset: 5 * BLOCK + 100, bytes: filled(10, 9) },
    { offset: 50 * MIB, bytes: filled(BLOCK, 4) },
    { offset: 8 * MIB, bytes: new Uint8Array(2 * BLOCK) }
  ])
  const root = await machine.contents.seal(UUID)
  assert.equal(machine.readBytes(), 4 * BLOCK)
  await machine.contents.forget(UUID)
  assert.equal(await machine.contents.seal(UUID), root)
})

test('a copy over an older one is sealed by its changes from the moment it is in place', {
  skip
}, async t => {
  const { vmm, contents, readBytes } = await rig(t, 64)
  const spec = specOf(64)
  const shapes = [
    { name: 'config', format: 'config-1', sizeBytes: encodeConfig(spec).length },
    { name: 'disk', format: 'disk-raw', sizeBytes: 64 * MIB }
  ] as const
  const first = await vmm.receive(spec, shapes)
  await first.write('config', 0, encodeConfig(spec))
  await first.write('disk', 0, filled(8 * MIB, 1))
  await first.commit()
  const older = await contents.seal(UUID)
  const second = await vmm.receive(spec, shapes, { base: 'cached', resume: false })
  await second.write('disk', 3 * BLOCK, filled(BLOCK, 2))
  await second.commit()
  readBytes()
  const newer = await contents.seal(UUID)
  assert.notEqual(newer, older)
  const whole = readBytes()
  assert.ok(whole >= 8 * MIB, 'nobody has adopted it: everything is read')
  await contents.forget(UUID)
  assert.equal(await contents.seal(UUID), newer)
})

test('a layer that a crash in the middle of a fold has left goes at the next start, used ones stay', {
  skip
}, async t => {
  const { vmm, dataDir, disk, images } = await rig(t, 64)
  const spec = specOf(64)
  const older = await vmm.content(UUID)
  const { parts } = older
  await older.close()
  const sink = await vmm.receive(spec, parts, { base: 'cached', resume: false })
  await sink.write('disk', 0, filled(BLOCK, 5))
  await sink.commit()
  const folder = dirname(disk)
  await copyFile(disk, join(folder, 'layer-7.qcow2'))
  await vmm.close()
  const again = createQemuVmm({ dataDir, images, accelerator: 'tcg' })
  assert.deepEqual(await again.open(), [{ machine: UUID, status: 'down' }])
  const layers = (await readdir(folder)).filter(name => name.startsWith('layer-'))
  assert.deepEqual(layers, ['layer-1.qcow2'])
  const content = await again.content(UUID)
  assert.deepEqual(await content.read('disk', 0, 3), filled(3, 5))
  await content.close()
  await again.close()
})
