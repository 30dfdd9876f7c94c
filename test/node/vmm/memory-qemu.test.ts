import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createQemuVmm, type QemuVmm } from '../../../node/vmm/index.ts'
import { Guest } from '../../../node/vmm/qemu/guest.ts'
import { MachineFolder } from '../../../node/vmm/qemu/machine-folder.ts'
import { runBase, runFolder } from '../../../node/vmm/qemu/run-folder.ts'
import { suspendGuest } from '../../../node/vmm/qemu/suspend.ts'
import { debianMini, whyNoQemu } from '../../support/debian-mini.ts'
import { SerialReader } from '../../support/serial-reader.ts'

const skip = (await whyNoQemu()) ?? false

const UUID = '00000000-0000-8000-8000-00000000000a'
const BLOCK = 16_384

interface Rig {
  readonly vmm: QemuVmm
  readonly dataDir: string
  /** Of the machine. */
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
  return { vmm, dataDir, folder: join(dataDir, 'vmm', 'machines', UUID) }
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

test('a stream that is not known is kept as QEMU sent it, and the guest goes on from that', {
  skip
}, async t => {
  const rig = await running(t, 128)
  await rig.vmm.close()
  const folder = new MachineFolder(rig.folder)
  const run = runFolder(runBase(join(rig.dataDir, 'vmm'), tmpdir()), UUID)
  const place = { machine: UUID, run, serialFile: folder.serial, logFile: folder.log }
  const guest = (await Guest.adopt(place)) ?? assert.fail('the guest is gone')
  // It has more memory than this reader is told to expect: nothing of its stream is guessed.
  const format = await suspendGuest(guest, folder, run.memory, 'tcg', PAGE)
  assert.equal(format, 'qemu-migration-7.2-tcg')
  assert.deepEqual(await folder.findMemory(), { state: 'saved', format })
  await guest.quit()
  const images = (await debianMini()).store
  const again = createQemuVmm({ dataDir: rig.dataDir, images, accelerator: 'tcg' })
  assert.deepEqual(await again.open(), [{ machine: UUID, status: 'suspended' }])
  await again.prepareResume(UUID)
  await again.go(UUID)
  const count = await counted(again, 4)
  assert.ok(count < 100)
  await again.suspend(UUID)
  assert.match(await memoryFile(rig), /memory\.qemu-pages1-7\.2-tcg$/)
  await again.close()
})

const PAGE = 4096

function differingBlocks(first: Buffer, second: Buffer): number {
  let differing = 0
  for (let at = 0; at < Math.max(first.length, second.length); at += BLOCK) {
    const isSame = first.subarray(at, at + BLOCK).equals(second.subarray(at, at + BLOCK))
    if (!isSame) differing += 1
  }
  return differing
}
