import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { Configuration, Uuid } from '../../ledger/index.ts'
import {
  type Ended,
  type Extent,
  encodeConfig,
  type MachineSpec,
  type PartShape,
  type Vmm,
  VmmError,
  type VmmErrorCode
} from '../../node/vmm/index.ts'
import { SerialReader } from './serial-reader.ts'

/** What a driver's own test file provides so that the promises below can be checked against it. */
export interface VmmHarness {
  /** A machine whose guest speaks debian-mini's serial console. */
  readonly configuration: Configuration
  /** A new driver over the folder of this place; a second call is a node after its restart. */
  open(place: Place): Promise<Vmm>
  /** A new driver that is told that its disk has no room. */
  openFull(place: Place): Promise<Vmm>
  /** Lets guest time pass where it does not pass by itself. */
  tick(): void
  /** Kills the VMM below a guest, as the kernel would. */
  killVmm(vmm: Vmm, machine: Uuid): Promise<void>
  /** The memory of a guest, as a shape. */
  readonly memory: PartShape
  /** Everything that is stored at a place for machines, as names. */
  stored(place: Place): Promise<readonly string[]>
  dispose(): Promise<void>
}

export type Place = 'here' | 'there'

const STEP_BYTES = 2 ** 20

/** The promises of `Vmm`; every driver runs them all. */
export function vmmConformance(name: string, makeHarness: () => Promise<VmmHarness>): void {
  describe(`${name} as a Vmm`, () => {
    let harness: VmmHarness
    let here: Vmm
    let there: Vmm
    let count = 0

    before(async () => {
      harness = await makeHarness()
      here = await harness.open('here')
      there = await harness.open('there')
    })

    after(async () => {
      for (const vmm of [here, there]) await endAll(vmm)
      await harness?.dispose()
    })

    const nextSpec = (change: Partial<Configuration> = {}): MachineSpec => {
      count += 1
      const uuid = `00000000-0000-8000-8000-${String(count).padStart(12, '0')}`
      return { uuid, configuration: { ...harness.configuration, ...change } }
    }
    const created = async (change: Partial<Configuration> = {}): Promise<Uuid> => {
      const spec = nextSpec(change)
      await here.create(spec)
      return spec.uuid
    }
    const serial = async (vmm: Vmm, machine: Uuid): Promise<SerialReader> =>
      new SerialReader(await vmm.console(machine, 'serial'), () => harness.tick())
    const started = async (): Promise<{ machine: Uuid; console: SerialReader }> => {
      const machine = await created()
      await here.prepareStart(machine)
      const console = await serial(here, machine)
      await here.go(machine)
      return { machine, console }
    }
    /** Boots, which writes to the disk, and powers down. */
    const runOnce = async (machine: Uuid): Promise<void> => {
      await here.prepareStart(machine)
      const console = await serial(here, machine)
      await here.go(machine)
      await console.until(/counter 1\b/)
      await here.stop(machine)
    }
    /** A machine at the other place with these texts on its disk. */
    const arrivedWith = async (texts: readonly [number, string][]): Promise<Uuid> => {
      const spec = nextSpec()
      const sink = await there.receive(spec, shapes(spec))
      await sink.write('config', 0, encodeConfig(spec))
      for (const [at, words] of texts) await sink.write('disk', at, new TextEncoder().encode(words))
      await sink.commit()
      return spec.uuid
    }

    test('a created machine is down and is found with its specification', async () => {
      const spec = nextSpec()
      await here.create(spec)
      assert.equal(await here.status(spec.uuid), 'down')
      assert.deepEqual(await here.spec(spec.uuid), spec)
      assert.ok((await here.list()).includes(spec.uuid))
    })

    test('a machine cannot be created twice', async () => {
      const spec = nextSpec()
      await here.create(spec)
      await refused(here.create(spec), 'EXISTS')
    })

    test('a machine that is not here is absent and every wish for it is refused so', async () => {
      const { uuid } = nextSpec()
      assert.equal(await here.status(uuid), 'absent')
      for (const wish of wishes(here, uuid)) await refused(wish(), 'ABSENT')
    })

    test('an image that is not on the host is named in the refusal', async () => {
      const spec = nextSpec({ image: 'ff'.repeat(32) })
      await refused(here.create(spec), 'IMAGE_UNKNOWN')
      assert.equal(await here.status(spec.uuid), 'absent')
    })

    test('a down machine refuses what only a running, held or suspended one can do', async () => {
      const machine = await created()
      await refused(here.go(machine), 'WRONG_STATUS')
      await refused(here.stop(machine), 'WRONG_STATUS')
      await refused(here.suspend(machine), 'WRONG_STATUS')
      await refused(here.abandon(machine), 'WRONG_STATUS')
      await refused(here.prepareResume(machine), 'WRONG_STATUS')
      await refused(here.console(machine, 'serial'), 'WRONG_STATUS')
      assert.equal(await here.status(machine), 'down')
    })

    test('a held machine can be abandoned, is down again and refused what needs it down', async () => {
      const machine = await created()
      await here.prepareStart(machine)
      assert.equal(await here.status(machine), 'held')
      await refused(here.prepareStart(machine), 'WRONG_STATUS')
      await refused(here.delete(machine), 'WRONG_STATUS')
      await refused(here.content(machine), 'WRONG_STATUS')
      await refused(here.suspend(machine), 'WRONG_STATUS')
      await here.abandon(machine)
      assert.equal(await here.status(machine), 'down')
    })

    test('nothing is stored any more for a deleted machine', async () => {
      const before = await harness.stored('here')
      const machine = await created()
      assert.notDeepEqual(await harness.stored('here'), before)
      await here.delete(machine)
      assert.equal(await here.status(machine), 'absent')
      assert.deepEqual(await harness.stored('here'), before)
    })

    test('a machine that finds no room is refused with DISK_FULL and leaves nothing', async () => {
      const full = await harness.openFull('there')
      const before = await harness.stored('there')
      const spec = nextSpec()
      await refused(full.create(spec), 'DISK_FULL')
      await refused(full.receive(spec, shapes(spec)), 'DISK_FULL')
      assert.equal(await full.status(spec.uuid), 'absent')
      assert.deepEqual(await harness.stored('there'), before)
      await full.close()
    })

    test('contents written to another host are identical byte for byte', async () => {
      const machine = await created()
      await copy(here, there, machine)
      assert.equal(await there.status(machine), 'down')
      assert.deepEqual(await there.spec(machine), await here.spec(machine))
      assert.deepEqual(await fingerprints(there, machine), await fingerprints(here, machine))
    })

    test('what was written can be read back before the commit, for the challenge', async () => {
      const spec = nextSpec()
      const sink = await there.receive(spec, shapes(spec))
      const bytes = new TextEncoder().encode('across a block border')
      await sink.write('disk', 16380, bytes)
      assert.deepEqual(await sink.read('disk', 16380, bytes.length), bytes)
      assert.deepEqual([...(await sink.read('disk', 32768, 4))], [0, 0, 0, 0])
      await sink.discard()
      assert.equal(await there.status(spec.uuid), 'absent')
    })

    test('the end of a disk can be read and written, one byte behind it cannot', async () => {
      const spec = nextSpec()
      const size = spec.configuration.storageMb * 2 ** 20
      const sink = await there.receive(spec, shapes(spec))
      const last = new Uint8Array([7])
      await sink.write('disk', size - 1, last)
      assert.deepEqual(await sink.read('disk', size - 1, 1), last)
      await refused(sink.write('disk', size, last), 'CONTENT_MALFORMED')
      await refused(sink.read('disk', size - 1, 2), 'CONTENT_MALFORMED')
      await sink.discard()
    })

    test('a copy that arrives replaces the older one as a whole', async () => {
      const machine = await created()
      await copy(here, there, machine)
      const spec = await there.spec(machine)
      const sink = await there.receive(spec, shapes(spec))
      await sink.write('config', 0, encodeConfig(spec))
      await sink.write('disk', 0, new TextEncoder().encode('newer'))
      await sink.commit()
      const content = await there.content(machine)
      assert.equal(new TextDecoder().decode(await content.read('disk', 0, 5)), 'newer')
      await content.close()
    })

    test('a copy with another configuration than agreed is not committed', async () => {
      const spec = nextSpec()
      const sink = await there.receive(spec, shapes(spec))
      await sink.write('config', 0, new Uint8Array(encodeConfig(spec).length))
      await refused(sink.commit(), 'CONTENT_MALFORMED')
      await sink.discard()
      assert.equal(await there.status(spec.uuid), 'absent')
    })

    test('parts of a size that the configuration does not have are refused', async () => {
      const spec = nextSpec()
      const [config, disk] = shapes(spec)
      assert.ok(config && disk)
      const larger = { ...disk, sizeBytes: disk.sizeBytes + 1 }
      await refused(there.receive(spec, [config, larger]), 'CONTENT_MALFORMED')
      await refused(there.receive(spec, [disk]), 'CONTENT_MALFORMED')
      const raw = { ...disk, format: 'disk-other' }
      await refused(there.receive(spec, [config, raw]), 'CONTENT_MALFORMED')
    })

    test('while contents are read the machine neither starts nor goes away', async () => {
      const machine = await created()
      const content = await here.content(machine)
      await refused(here.prepareStart(machine), 'WRONG_STATUS')
      await refused(here.delete(machine), 'WRONG_STATUS')
      await content.close()
      await here.delete(machine)
    })

    test('a reader that gives way is closed by whatever needs the machine', async () => {
      const machine = await created()
      const content = await here.content(machine, { givesWay: true })
      await content.read('disk', 0, 1)
      await here.prepareStart(machine)
      await assert.rejects(content.read('disk', 0, 1))
      await content.close()
      assert.equal(await here.status(machine), 'held')
      await here.abandon(machine)
      const again = await here.content(machine, { givesWay: true })
      const other = await here.content(machine)
      await refused(here.delete(machine), 'WRONG_STATUS')
      await other.close()
      await here.delete(machine)
      await assert.rejects(again.read('disk', 0, 1))
    })

    test('half a copy is found again after the node was restarted, until it is forgotten', async () => {
      const before = await harness.stored('there')
      const spec = nextSpec()
      const resume = { base: 'none', resume: true } as const
      const sink = await there.receive(spec, shapes(spec), resume)
      assert.equal(sink.resumed, false)
      await sink.write('disk', 16384, new Uint8Array([1, 2, 3]))
      await there.close()
      there = await harness.open('there')
      assert.equal(await there.status(spec.uuid), 'absent')
      assert.deepEqual(await there.leftovers(), [spec.uuid])
      const again = await there.receive(spec, shapes(spec), resume)
      assert.equal(again.resumed, true)
      assert.deepEqual([...(await again.read('disk', 16384, 4))], [1, 2, 3, 0])
      await again.write('config', 0, encodeConfig(spec))
      await again.leave()
      await there.dropLeftover(spec.uuid)
      assert.deepEqual(await there.leftovers(), [])
      assert.deepEqual(await harness.stored('there'), before)
    })

    test('half a copy of other parts, or one that is not to be gone on with, is begun anew', async () => {
      const spec = nextSpec()
      for (const next of [
        { parts: shapes(spec), resume: false },
        { parts: [...shapes(spec), harness.memory], resume: true }
      ]) {
        const sink = await there.receive(spec, shapes(spec))
        await sink.write('disk', 0, new Uint8Array([1]))
        await sink.leave()
        const anew = await there.receive(spec, next.parts, { base: 'none', resume: next.resume })
        assert.equal(anew.resumed, false)
        assert.deepEqual([...(await anew.read('disk', 0, 1))], [0])
        await anew.discard()
      }
    })

    test('there is one copy on its way at a time, and the machine does not start meanwhile', async () => {
      const machine = await created()
      const spec = await here.spec(machine)
      const sink = await here.receive(spec, shapes(spec), { base: 'cached', resume: false })
      await refused(here.receive(spec, shapes(spec)), 'WRONG_STATUS')
      await refused(here.prepareStart(machine), 'WRONG_STATUS')
      await refused(here.delete(machine), 'WRONG_STATUS')
      await sink.discard()
      await here.delete(machine)
    })

    test('a copy that begins with the older one reads as that until it is written or zeroed', async () => {
      const machine = await arrivedWith([
        [0, 'one'],
        [16384, 'two'],
        [40000, 'three']
      ])
      const spec = await there.spec(machine)
      const before = await fingerprints(there, machine)
      const sink = await there.receive(spec, shapes(spec), { base: 'cached', resume: false })
      assert.equal(text(await sink.read('disk', 16384, 4)), 'two\0')
      await sink.zero('disk', 16384, 16384)
      await sink.write('disk', 1, new TextEncoder().encode('NE!'))
      assert.equal(text(await sink.read('disk', 0, 5)), 'oNE!\0')
      assert.deepEqual([...(await sink.read('disk', 16384, 3))], [0, 0, 0])
      assert.equal(text(await sink.read('disk', 40000, 5)), 'three')
      assert.deepEqual(await fingerprints(there, machine), before, 'the older copy is whole')
      await sink.commit()
      const content = await there.content(machine)
      assert.equal(text(await content.read('disk', 0, 4)), 'oNE!')
      assert.deepEqual([...(await content.read('disk', 16384, 3))], [0, 0, 0])
      assert.equal(text(await content.read('disk', 40000, 5)), 'three')
      await content.close()
    })

    test('a copy that is given up leaves the older one it began with as it was', async () => {
      const machine = await arrivedWith([[0, 'one']])
      const spec = await there.spec(machine)
      const before = await fingerprints(there, machine)
      const stamp = await there.stamp(machine)
      const sink = await there.receive(spec, shapes(spec), { base: 'cached', resume: false })
      await sink.write('disk', 0, new TextEncoder().encode('two'))
      await sink.discard()
      assert.deepEqual(await fingerprints(there, machine), before)
      assert.equal(await there.stamp(machine), stamp)
    })

    test('ten copies one upon the other, each with a change, keep every change', async () => {
      const machine = await arrivedWith([[0, 'copy 0']])
      const spec = await there.spec(machine)
      for (let count = 1; count <= 10; count += 1) {
        const sink = await there.receive(spec, shapes(spec), { base: 'cached', resume: false })
        const bytes = new TextEncoder().encode(`copy ${count}`)
        await sink.write('disk', count * 16384, bytes)
        await sink.commit()
        await there.sealed(machine, { mark: `m${count}`, stamp: await there.stamp(machine) })
      }
      const content = await there.content(machine)
      for (let count = 0; count <= 10; count += 1) {
        assert.equal(
          text(await content.read('disk', count * 16384, 8)),
          `copy ${count}`.padEnd(8, '\0')
        )
      }
      assert.equal(content.mark, 'm10')
      await content.close()
    })

    test('a copy that begins with the image has the bytes of a machine just created', async () => {
      const machine = await created()
      const spec = await here.spec(machine)
      const sink = await there.receive(spec, shapes(spec), { base: 'image', resume: false })
      await sink.write('config', 0, encodeConfig(spec))
      await sink.commit()
      assert.deepEqual(await fingerprints(there, machine), await fingerprints(here, machine))
    })

    test('the space that a machine takes grows with what is written to it', async () => {
      const empty = await arrivedWith([])
      const machine = await arrivedWith([])
      const spec = await there.spec(machine)
      const sink = await there.receive(spec, shapes(spec), { base: 'cached', resume: false })
      await sink.write('disk', 0, new Uint8Array(2 * STEP_BYTES).fill(1))
      await sink.commit()
      const grown = (await there.storedBytes(machine)) - (await there.storedBytes(empty))
      assert.ok(grown >= 2 * STEP_BYTES, `${grown} bytes more`)
      await refused(there.storedBytes(nextSpec().uuid), 'ABSENT')
    })

    test('the stamp stays while nothing is written and changes when the guest has run', async () => {
      const machine = await created()
      const stamp = await here.stamp(machine)
      const content = await here.content(machine)
      assert.equal(await here.stamp(machine), stamp)
      await content.close()
      assert.equal(await here.stamp(machine), stamp)
      await runOnce(machine)
      assert.notEqual(await here.stamp(machine), stamp)
      await refused(here.sealed(machine, { mark: 'a', stamp }), 'WRONG_STATUS')
    })

    test('what a guest writes after a seal is recorded, and nothing that it did not write', async () => {
      const machine = await created()
      await runOnce(machine)
      const before = await blocksOf(here, machine)
      await here.sealed(machine, { mark: 'first1', stamp: await here.stamp(machine) })
      await runOnce(machine)
      const content = await here.content(machine)
      assert.equal(content.mark, 'first1')
      const changed = await content.changed('disk')
      await content.close()
      assert.ok(changed !== undefined)
      const after = await blocksOf(here, machine)
      const differing = after.flatMap((hash, index) => (hash === before[index] ? [] : [index]))
      assert.ok(differing.length > 0, 'the guest wrote something')
      for (const index of differing) {
        assert.ok(
          changed.some(each => covers(each, index)),
          `block ${index} is not recorded`
        )
      }
      const recorded = changed.reduce((sum, each) => sum + each.length, 0) / 16384
      assert.ok(recorded < after.length / 2, `${recorded} of ${after.length} blocks are recorded`)
    })

    test('after a seal nothing has changed, after a VMM that was killed nothing is known', async () => {
      const { machine, console } = await started()
      await console.until(/counter 1\b/)
      await here.stop(machine)
      await here.sealed(machine, { mark: 'second2', stamp: await here.stamp(machine) })
      const content = await here.content(machine)
      assert.deepEqual(await content.changed('disk'), [])
      await content.close()
      await here.prepareStart(machine)
      await here.go(machine)
      const ending = nextEnding(here, machine)
      await harness.killVmm(here, machine)
      await ending
      const unknown = await here.content(machine)
      assert.equal(unknown.mark, undefined)
      assert.equal(await unknown.changed('disk'), undefined)
      await unknown.close()
      await here.sealed(machine, { mark: 'third3', stamp: await here.stamp(machine) })
      const known = await here.content(machine)
      assert.deepEqual([known.mark, await known.changed('disk')], ['third3', []])
      await known.close()
    })

    test('a guest runs, counts in its memory and finds its file after the next boot', async () => {
      const { machine, console } = await started()
      await console.until(/boot 1\b/)
      await console.until(/counter 2\b/)
      await here.stop(machine)
      assert.equal(await here.status(machine), 'down')
      await here.prepareStart(machine)
      const again = await serial(here, machine)
      await here.go(machine)
      await again.until(/boot 2\b/)
      await again.type('cat /disk/hello.txt')
      await again.until(/hello from/)
      await here.abandon(machine)
      assert.equal(await here.status(machine), 'down')
    })

    test('a suspended guest goes on counting on another host with its disk unchanged', async () => {
      const { machine, console } = await started()
      await console.until(/counter 3\b/)
      const endings = collect(here)
      await here.suspend(machine)
      assert.equal(await here.status(machine), 'suspended')
      await copy(here, there, machine)
      assert.equal(await there.status(machine), 'suspended')
      assert.deepEqual(await fingerprints(there, machine), await fingerprints(here, machine))
      await there.prepareResume(machine)
      assert.equal(await there.status(machine), 'held')
      const beyond = await serial(there, machine)
      await there.go(machine)
      const counted = Number((await beyond.until(/counter (\d+)\r?\n/))[1])
      assert.ok(counted >= 4 && counted < 60, `the counter went on at ${counted}`)
      await beyond.type('cat /disk/boots.txt')
      await beyond.until(/boot 1\r?\n/)
      await there.abandon(machine)
      assert.equal(
        await there.status(machine),
        'down',
        'the memory is used up once a guest went on'
      )
      assert.deepEqual(endings, [], 'suspending is not an ending by itself')
    })

    test('a resume that was abandoned before go leaves the machine suspended', async () => {
      const { machine, console } = await started()
      await console.until(/counter 1\b/)
      await here.suspend(machine)
      await here.prepareResume(machine)
      await here.abandon(machine)
      assert.equal(await here.status(machine), 'suspended')
      await here.delete(machine)
      assert.equal(await here.status(machine), 'absent')
    })

    test('a guest that powers itself off is reported once and its machine is down', async () => {
      const { machine, console } = await started()
      await console.until(/counter 1\b/)
      const endings = collect(here)
      const told = nextEnding(here, machine)
      await console.type('halt')
      assert.equal((await told).reason, 'powered-off')
      assert.equal(await here.status(machine), 'down')
      await here.prepareStart(machine)
      await here.abandon(machine)
      assert.deepEqual(reasons(endings, machine), ['powered-off'])
    })

    test('a VMM that dies is reported once and its machine is down', async () => {
      const { machine } = await started()
      const endings = collect(here)
      const told = nextEnding(here, machine)
      await harness.killVmm(here, machine)
      assert.equal((await told).reason, 'died')
      assert.equal(await here.status(machine), 'down')
      await here.prepareStart(machine)
      await here.abandon(machine)
      assert.deepEqual(reasons(endings, machine), ['died'])
    })

    test('a guest that is held while it runs counts on from where it was, and can be ended', async () => {
      const { machine, console } = await started()
      await console.until(/counter 2\b/)
      await here.hold(machine)
      assert.equal(await here.status(machine), 'held')
      await refused(here.hold(machine), 'WRONG_STATUS')
      await refused(here.suspend(machine), 'WRONG_STATUS')
      await here.go(machine)
      assert.equal(await here.status(machine), 'running')
      const counted = Number((await console.until(/counter ([3-9]|\d\d)\r?\n/))[1])
      assert.ok(counted >= 3)
      await here.hold(machine)
      await here.abandon(machine)
      assert.equal(await here.status(machine), 'down')
    })

    test('a guest that was held while it ran is held when the node restarts, with its state', async () => {
      const { machine, console } = await started()
      await console.until(/counter 2\b/)
      await here.hold(machine)
      await here.close()
      here = await harness.open('here')
      assert.equal(await here.status(machine), 'held')
      const again = await serial(here, machine)
      await here.go(machine)
      const counted = Number((await again.until(/counter ([3-9]|\d\d)\r?\n/))[1])
      assert.ok(counted >= 3 && counted < 60, `the counter went on at ${counted}`)
      await here.abandon(machine)
    })

    test('stopping and abandoning are not reported as endings', async () => {
      const { machine, console } = await started()
      await console.until(/counter 1\b/)
      const endings = collect(here)
      await here.stop(machine)
      await here.prepareStart(machine)
      await here.go(machine)
      await here.abandon(machine)
      assert.deepEqual(reasons(endings, machine), [])
    })

    test('guests live on while the node restarts and are adopted with their state', async () => {
      const { machine, console } = await started()
      const held = await created()
      await here.prepareStart(held)
      await console.until(/counter 2\b/)
      await here.close()
      here = await harness.open('here')
      assert.equal(await here.status(machine), 'running')
      assert.equal(await here.status(held), 'held')
      const again = await serial(here, machine)
      await again.type('counter')
      const counted = Number((await again.until(/counter ([3-9]|\d\d)\r?\n/))[1])
      assert.ok(counted >= 3)
      const told = nextEnding(here, machine)
      await harness.killVmm(here, machine)
      assert.equal((await told).reason, 'died')
      await here.abandon(held)
    })

    test('the display speaks RFB', async () => {
      const machine = await created()
      await here.prepareStart(machine)
      const display = new SerialReader(await here.console(machine, 'vnc'))
      await display.until(/^RFB 003\.\d{3}\n/)
      display.close()
      await here.abandon(machine)
    })

    test('every view of the serial console sees the same output', async () => {
      const { machine, console } = await started()
      await console.until(/counter 1\b/)
      const second = await serial(here, machine)
      await second.until(/counter 1\b/)
      await second.until(/counter 2\b/)
      await console.until(/counter 2\b/)
      await here.abandon(machine)
    })
  })
}

function wishes(vmm: Vmm, machine: Uuid): (() => Promise<unknown>)[] {
  return [
    () => vmm.spec(machine),
    () => vmm.prepareStart(machine),
    () => vmm.prepareResume(machine),
    () => vmm.go(machine),
    () => vmm.abandon(machine),
    () => vmm.stop(machine),
    () => vmm.suspend(machine),
    () => vmm.delete(machine),
    () => vmm.console(machine, 'serial'),
    () => vmm.content(machine)
  ]
}

async function refused(wish: Promise<unknown>, code: VmmErrorCode): Promise<void> {
  await assert.rejects(wish, (error: unknown) => {
    assert.ok(error instanceof VmmError, String(error))
    assert.equal(error.code, code, error.message)
    return true
  })
}

function shapes(spec: MachineSpec): PartShape[] {
  const disk = spec.configuration.storageMb * 2 ** 20
  return [
    { name: 'config', format: 'config-1', sizeBytes: encodeConfig(spec).length },
    { name: 'disk', format: 'disk-raw', sizeBytes: disk }
  ]
}

/** Moves the known extents only, as a move between two hosts does. */
async function copy(source: Vmm, destination: Vmm, machine: Uuid): Promise<void> {
  const content = await source.content(machine)
  const sink = await destination.receive(await source.spec(machine), content.parts)
  for (const { name } of content.parts) {
    for (const extent of await content.extents(name)) {
      for (let done = 0; done < extent.length; done += STEP_BYTES) {
        const offset = extent.offset + done
        const length = Math.min(STEP_BYTES, extent.length - done)
        await sink.write(name, offset, await content.read(name, offset, length))
      }
    }
  }
  await sink.commit()
  await content.close()
}

/** Every byte of every part counts, also those that no extent claims. */
async function fingerprints(vmm: Vmm, machine: Uuid): Promise<Record<string, string>> {
  const content = await vmm.content(machine)
  const result: Record<string, string> = {}
  for (const { name, format, sizeBytes } of content.parts) {
    const hash = createHash('sha256').update(`${format} ${sizeBytes}`)
    for (let at = 0; at < sizeBytes; at += STEP_BYTES) {
      hash.update(await content.read(name, at, Math.min(STEP_BYTES, sizeBytes - at)))
    }
    result[name] = hash.digest('hex')
  }
  await content.close()
  return result
}

/** A hash of every block of the disk. */
async function blocksOf(vmm: Vmm, machine: Uuid): Promise<readonly string[]> {
  const content = await vmm.content(machine)
  const size = content.parts.find(part => part.name === 'disk')?.sizeBytes ?? 0
  const hashes = []
  for (let at = 0; at < size; at += STEP_BYTES) {
    const bytes = await content.read('disk', at, Math.min(STEP_BYTES, size - at))
    for (let from = 0; from < bytes.length; from += 16384) {
      hashes.push(
        createHash('sha256')
          .update(bytes.subarray(from, from + 16384))
          .digest('hex')
      )
    }
  }
  await content.close()
  return hashes
}

function covers({ offset, length }: Extent, block: number): boolean {
  return offset <= block * 16384 && offset + length >= (block + 1) * 16384
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function collect(vmm: Vmm): Ended[] {
  const endings: Ended[] = []
  vmm.onEnded(ended => endings.push(ended))
  return endings
}

function reasons(endings: readonly Ended[], machine: Uuid): string[] {
  return endings.filter(ended => ended.machine === machine).map(ended => ended.reason)
}

async function nextEnding(vmm: Vmm, machine: Uuid): Promise<Ended> {
  return await new Promise(resolve => {
    const unsubscribe = vmm.onEnded(ended => {
      if (ended.machine !== machine) return
      unsubscribe()
      resolve(ended)
    })
  })
}

async function endAll(vmm: Vmm | undefined): Promise<void> {
  if (vmm === undefined) return
  for (const machine of await vmm.list()) {
    const status = await vmm.status(machine)
    if (status === 'held' || status === 'running') await vmm.abandon(machine)
  }
  await vmm.close()
}
