import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Configuration } from '../../../ledger/index.ts'
import { createFakeVmm, FakeHost, FakeVmm, VmmError } from '../../../node/vmm/index.ts'
import { SerialReader } from '../../support/serial-reader.ts'
import { type Place, vmmConformance } from '../../support/vmm-conformance.ts'

const IMAGE = 'ab'.repeat(32)

const CONFIGURATION: Configuration = {
  name: 'small',
  processor: 'any',
  os: 'Debian',
  speed: 100,
  memoryMb: 128,
  storageMb: 4,
  image: IMAGE
}

const UUID = '00000000-0000-8000-8000-00000000000a'

const MACHINE = { uuid: UUID, configuration: CONFIGURATION }

vmmConformance('the fake', async () => {
  const hosts = { here: new FakeHost(), there: new FakeHost() }
  const latest = new Map<Place, FakeVmm>()
  const open = async (place: Place): Promise<FakeVmm> => {
    const vmm = createFakeVmm({ host: hosts[place], images: [IMAGE] })
    await vmm.open()
    latest.set(place, vmm)
    return vmm
  }
  return {
    configuration: CONFIGURATION,
    memory: { name: 'memory', format: 'fake-memory-1', sizeBytes: 40960 },
    open,
    openFull: async place => {
      const vmm = createFakeVmm({ host: hosts[place], images: [IMAGE] })
      vmm.script.diskFull = true
      return vmm
    },
    tick: () => {
      for (const vmm of latest.values()) vmm.tick()
    },
    killVmm: async (vmm, machine) => {
      assert.ok(vmm instanceof FakeVmm)
      vmm.die(machine)
    },
    stored: async place => [...hosts[place].machines.keys(), ...hosts[place].incoming.keys()],
    dispose: async () => {}
  }
})

const code = (expected: string) => (error: unknown) =>
  error instanceof VmmError && error.code === expected

async function running(vmm: FakeVmm): Promise<void> {
  await vmm.create(MACHINE)
  await vmm.prepareStart(UUID)
  await vmm.go(UUID)
}

test('a suspend that is scripted to be refused leaves the guest running, the next one works', async () => {
  const vmm = createFakeVmm()
  await running(vmm)
  vmm.script.refuseSuspends = 1
  await assert.rejects(vmm.suspend(UUID), code('SUSPEND_REFUSED'))
  assert.equal(await vmm.status(UUID), 'running')
  await vmm.suspend(UUID)
  assert.equal(await vmm.status(UUID), 'suspended')
})

test('a start that is scripted to fail leaves the machine down, the next one works', async () => {
  const vmm = createFakeVmm()
  await vmm.create(MACHINE)
  vmm.script.failStarts = 1
  await assert.rejects(vmm.prepareStart(UUID), code('VMM_FAILED'))
  assert.equal(await vmm.status(UUID), 'down')
  await vmm.prepareStart(UUID)
  assert.equal(await vmm.status(UUID), 'held')
})

test('a disk that becomes full on the way refuses the next write of a copy', async () => {
  const vmm = createFakeVmm()
  const source = createFakeVmm()
  await source.create(MACHINE)
  const { parts } = await source.content(UUID)
  const sink = await vmm.receive(MACHINE, parts)
  await sink.write('disk', 0, new Uint8Array(1))
  vmm.script.diskFull = true
  await assert.rejects(sink.write('disk', 1, new Uint8Array(1)), code('DISK_FULL'))
})

test('a guest of a host with a folder lives on in the next process with its counter', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fake-host-'))
  const vmm = createFakeVmm({ host: new FakeHost(folder) })
  await running(vmm)
  vmm.tick()
  vmm.tick()
  const next = createFakeVmm({ host: new FakeHost(folder) })
  assert.deepEqual(await next.open(), [{ machine: UUID, status: 'running' }])
  const console = new SerialReader(await next.console(UUID, 'serial'))
  await console.type('cat /disk/hello.txt')
  await console.until(/hello from the first boot/)
  await console.type('counter')
  await console.until(/virtuoso# counter\ncounter 2\n/)
  await rm(folder, { recursive: true })
})

test('a guest told to be quiet counts on and says so when asked', async () => {
  const vmm = createFakeVmm()
  await running(vmm)
  const console = new SerialReader(await vmm.console(UUID, 'serial'))
  await console.type('quiet')
  vmm.tick()
  await console.type('counter')
  const [seen] = await console.until(/[^]*counter 1\n/)
  assert.equal(seen.match(/counter 1/g)?.length, 1)
})
