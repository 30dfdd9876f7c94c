import assert from 'node:assert/strict'
import { type FileHandle, mkdtemp, open, readdir, readFile, rm, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createQemuVmm, type QemuVmm } from '../../../node/vmm/index.ts'
import { pagesStream } from '../../../node/vmm/qemu/memory/index.ts'
import { debianMini, whyNoQemu } from '../../support/debian-mini.ts'
import { SerialReader } from '../../support/serial-reader.ts'

const skip = (await whyNoQemu()) ?? false

const UUID = '00000000-0000-8000-8000-00000000000a'
const BLOCK = 16_384

interface Rig {
  readonly vmm: QemuVmm
  readonly folder: string
}

async function running(t: TestContext, memoryMb: number): Promise<Rig> {
  const { store, image } = await debianMini()
  const dataDir = await mkdtemp(join(tmpdir(), 'memory-'))
  const vmm = createQemuVmm({ dataDir, images: store, accelerator: 'tcg' })
  await vmm.open()
  t.after(async () => {
    const status = (await vmm.list()).length === 0 ? 'absent' : await vmm.status(UUID)
    if (status === 'held' || status === 'running') await vmm.abandon(UUID)
    await vmm.close()
    await rm(dataDir, { recursive: true })
  })
  const { storageMb } = image.minimum
  const sizes = { processor: 'any', os: 'Debian', speed: 100, memoryMb, storageMb }
  await vmm.create({ uuid: UUID, configuration: { name: 'small', image: image.hash, ...sizes } })
  await vmm.prepareStart(UUID)
  await vmm.go(UUID)
  await counted(vmm, 3)
  return { vmm, folder: join(dataDir, 'vmm', 'machines', UUID) }
}

/** Waits until the guest has counted to at least that, and gives what it has counted to. */
async function counted(vmm: QemuVmm, least: number): Promise<number> {
  const console = new SerialReader(await vmm.console(UUID, 'serial'))
  for (;;) {
    const count = Number((await console.until(/counter (\d+)\r?\n/))[1])
    if (count >= least) return count
  }
}

async function memoryFile({ folder }: Rig): Promise<string> {
  const name = (await readdir(folder)).find(each => each.startsWith('memory.'))
  return join(folder, name ?? assert.fail('no memory is saved'))
}

async function suspendedMemory(rig: Rig): Promise<Buffer> {
  await rig.vmm.suspend(UUID)
  return await readFile(await memoryFile(rig))
}

test('a guest of 256 MB goes on from its pages, and two of its memories are mostly equal', {
  skip
}, async t => {
  const rig = await running(t, 256)
  const first = await suspendedMemory(rig)
  assert.match(await memoryFile(rig), /memory\.qemu-pages1-7\.2-tcg$/)
  assert.equal(await rig.vmm.status(UUID), 'suspended')
  await rig.vmm.prepareResume(UUID)
  await rig.vmm.go(UUID)
  const before = await counted(rig.vmm, 4)
  const second = await suspendedMemory(rig)
  await rig.vmm.prepareResume(UUID)
  await rig.vmm.go(UUID)
  assert.ok(
    (await counted(rig.vmm, before + 1)) < 100,
    'the counter went on and did not begin again'
  )
  const blocks = Math.ceil(Math.max(first.length, second.length) / BLOCK)
  const differing = differingBlocks(first, second)
  t.diagnostic(`${differing} of ${blocks} blocks of ${BLOCK} bytes differ`)
  assert.ok(differing > 0 && differing < blocks / 8, `${differing} of ${blocks} blocks differ`)
})

test('a memory saved as QEMU sent it is still resumed', { skip }, async t => {
  const rig = await running(t, 128)
  await rig.vmm.suspend(UUID)
  const pages = await memoryFile(rig)
  const stream = join(rig.folder, 'memory.qemu-migration-7.2-tcg')
  const [from, to] = [await open(pages, 'r'), await open(stream, 'w')]
  for await (const bytes of pagesStream(from)) await to.write(bytes)
  await closeAll(from, to)
  await rig.vmm.close()
  await unlink(pages)
  const images = (await debianMini()).store
  const dataDir = join(rig.folder, '..', '..', '..')
  const again = createQemuVmm({ dataDir, images, accelerator: 'tcg' })
  assert.deepEqual(await again.open(), [{ machine: UUID, status: 'suspended' }])
  await again.prepareResume(UUID)
  await again.go(UUID)
  const count = await counted(again, 4)
  assert.ok(count < 100)
  await again.abandon(UUID)
  await again.close()
})

function differingBlocks(first: Buffer, second: Buffer): number {
  let differing = 0
  for (let at = 0; at < Math.max(first.length, second.length); at += BLOCK) {
    const isSame = first.subarray(at, at + BLOCK).equals(second.subarray(at, at + BLOCK))
    if (!isSame) differing += 1
  }
  return differing
}

async function closeAll(...files: readonly FileHandle[]): Promise<void> {
  for (const file of files) await file.close()
}
