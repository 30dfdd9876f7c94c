import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate as soon } from 'node:timers/promises'
import type { Hash } from '../../../ledger/index.ts'
import { Contents, startRehash } from '../../../node/content/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { createFakeVmm, type FakeVmm } from '../../../node/vmm/index.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const UUID = '00000000-0000-8000-8000-00000000000a'
const DAY_MS = 24 * 3_600_000
const BLOCK = 16_384

interface Rig {
  readonly vmm: FakeVmm
  readonly contents: Contents
  readonly root: Hash
  readonly events: string[]
  /** How often contents were opened by a reader that gives way. */
  readonly opened: () => number
  /** Lets time pass until something is so. */
  readonly until: (isSo: () => boolean | Promise<boolean>, stepMs?: number) => Promise<void>
}

async function rig(t: TestContext): Promise<Rig> {
  const fake = createFakeVmm()
  const sizes = { processor: 'any', os: 'any', speed: 1, memoryMb: 1, storageMb: 10 }
  await fake.create({ uuid: UUID, configuration: { name: 'm', image: null, ...sizes } })
  fake.host.machine(UUID).disk.write(5 * BLOCK, new Uint8Array(400 * BLOCK).fill(7))
  let opened = 0
  const vmm = new Proxy(fake, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...words: unknown[]) => {
        if (name === 'content' && words[1] !== undefined) opened += 1
        return value.apply(target, words)
      }
    }
  })
  const folder = temporaryDirectory(t)
  const contents = new Contents({ vmm, crypto: nodeCrypto, folder, images: null })
  const root = await contents.seal(UUID)
  const events: string[] = []
  const clock = new ManualClock()
  const log = (message: string): void => void events.push(message)
  t.after(startRehash({ vmm, contents, crypto: nodeCrypto, alarms: clock, log }))
  const until: Rig['until'] = async (isSo, stepMs = 1000) => {
    for (let step = 0; !(await isSo()); step += 1) {
      assert.ok(step < 5000, 'it never came')
      clock.advance(stepMs)
      await soon()
    }
  }
  return { vmm: fake, contents, root, events, opened: () => opened, until }
}

test('a block that the disk has lost by itself is found, and nothing is built on the manifest', async t => {
  const { vmm, contents, root, events, until } = await rig(t)
  vmm.host.machine(UUID).disk.blocks.get(300)?.fill(8, 17, 18)
  await until(() => events.length > 0)
  assert.deepEqual(events, ['the content is damaged: page 1 of the disk is not what was sealed'])
  assert.equal(await contents.known(UUID, root), undefined)
  assert.notEqual(await contents.seal(UUID), root)
})

test('what is as it was sealed is read once a day and nothing is said', async t => {
  const { contents, root, events, opened, until } = await rig(t)
  await until(() => opened() === 1)
  await until(() => opened() === 2, DAY_MS / 500)
  assert.deepEqual(events, [])
  const known = await contents.known(UUID, root)
  assert.equal(known?.root, root)
  await known?.close()
})

test('a machine that is needed while it is read starts at once, and what it writes is no damage', async t => {
  const { vmm, events, opened, until } = await rig(t)
  await until(() => opened() === 1)
  await vmm.prepareStart(UUID)
  await vmm.go(UUID)
  vmm.tick()
  await vmm.stop(UUID)
  let steps = 0
  await until(() => {
    steps += 1
    return steps > 1000
  }, DAY_MS / 500)
  assert.deepEqual(events, [])
})
