import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  createQemuVmm,
  type QemuVmm,
  type QemuVmmOptions,
  VmmError
} from '../../../node/vmm/index.ts'
import { debianMini, whyNoQemu } from '../../support/debian-mini.ts'
import { type Place, vmmConformance } from '../../support/vmm-conformance.ts'

const reason = await whyNoQemu()

if (reason === undefined) {
  vmmConformance('QEMU', async () => {
    const { store, image } = await debianMini()
    const root = await mkdtemp(join(tmpdir(), 'vmm-'))
    const options = (place: Place): QemuVmmOptions => ({
      dataDir: join(root, place),
      images: store,
      // The promises are the same under KVM; emulation is what every host that runs the tests has.
      accelerator: 'tcg'
    })
    const open = async (place: Place, change: Partial<QemuVmmOptions> = {}): Promise<QemuVmm> => {
      const vmm = createQemuVmm({ ...options(place), ...change })
      await vmm.open()
      return vmm
    }
    const configuration = {
      name: 'small',
      processor: 'any',
      os: 'Debian',
      speed: 100,
      memoryMb: image.minimum.memoryMb,
      // Not a multiple of anything, because what is bought is what the guest gets.
      storageMb: image.minimum.storageMb + 1,
      image: image.hash
    }
    return {
      configuration,
      memory: { name: 'memory', format: 'qemu-migration-7.2-tcg', sizeBytes: 40_000 },
      open,
      // The machines of the place stay with the driver that has them open.
      openFull: async place => createQemuVmm({ ...options(place), freeBytes: async () => 0 }),
      tick: () => {},
      killVmm: async (_vmm, machine) => {
        process.kill(await guestPid(machine), 'SIGKILL')
      },
      stored: async place => await storedNames(join(root, place, 'vmm')),
      dispose: async () => await rm(root, { recursive: true, force: true })
    }
  })
} else {
  test('QEMU as a Vmm', { skip: reason }, () => {})
}

async function storedNames(vmmFolder: string): Promise<string[]> {
  const names = []
  for (const folder of ['machines', 'incoming', 'replaced', 'deleted', 'run']) {
    const entries = await readdir(join(vmmFolder, folder)).catch(() => [])
    names.push(...entries.map(entry => `${folder}/${entry}`))
  }
  return names
}

/** The process whose command line has the machine's UUID. */
async function guestPid(machine: string): Promise<number> {
  for (const name of await readdir('/proc')) {
    const words = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (words.startsWith('qemu-system') && words.includes(`-uuid\0${machine}`)) return Number(name)
  }
  return assert.fail(`no QEMU of machine ${machine}`)
}

test('a QEMU that is not there is refused with the packages to install, at every start', async () => {
  const root = await mkdtemp(join(tmpdir(), 'vmm-'))
  const images = { find: async () => undefined, list: async () => [] }
  const vmm = createQemuVmm({ dataDir: root, images, program: 'qemu-nowhere' })
  await vmm.open()
  for (const _time of [1, 2]) {
    await assert.rejects(vmm.describe(), (error: unknown) => {
      assert.ok(error instanceof VmmError)
      assert.equal(error.code, 'VMM_MISSING')
      assert.match(error.message, /qemu-system-x86 and qemu-utils/)
      return true
    })
  }
  await vmm.close()
  await rm(root, { recursive: true })
})
