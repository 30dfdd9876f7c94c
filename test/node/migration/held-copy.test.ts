import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Contents } from '../../../node/content/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import type { HostMachine } from '../../../node/host-records/index.ts'
import {
  type HeldCopyOptions,
  isKeptVersion,
  openHeldCopy
} from '../../../node/migration/held-copy.ts'
import { type Method, methodOf } from '../../../node/transfer/index.ts'
import { createFakeVmm } from '../../../node/vmm/index.ts'
import { MACHINE } from '../../protocols/vmmp/world.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const SPEC = {
  uuid: MACHINE,
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

/** A host on which the machine lies, sealed, and its move back to here. */
async function rig(t: TestContext) {
  const vmm = createFakeVmm()
  await vmm.create(SPEC)
  const folder = temporaryDirectory(t)
  const contents = new Contents({ vmm, crypto: nodeCrypto, folder, images: null })
  const root = await contents.seal(MACHINE)
  const options: HeldCopyOptions = { vmm, contents, log: () => undefined }
  return { vmm, contents, migration: { machine: MACHINE, root }, options }
}

function keptRecord(root: string): HostMachine {
  return { machine: MACHINE, role: 'cached', version: 3, root, bytes: 0 }
}

function method(name: string): Method {
  return methodOf(name) ?? assert.fail(`there is no method ${name}`)
}

for (const name of ['REDOLOG', 'RSYNC']) {
  test(`${name} takes the copy that is here when it has the root of the move`, async t => {
    const { options, migration } = await rig(t)
    const held = await openHeldCopy(options, migration, method(name))
    assert.deepEqual(
      held?.parts.map(part => part.name),
      ['config', 'disk']
    )
    await held?.close()
  })
}

test('SCP moves every byte, whatever is here', async t => {
  const { options, migration } = await rig(t)
  assert.equal(await openHeldCopy(options, migration, method('SCP')), undefined)
})

test('a copy with another root is only something to build on', async t => {
  const { options, migration } = await rig(t)
  const other = { ...migration, root: '00'.repeat(32) }
  assert.equal(await openHeldCopy(options, other, method('REDOLOG')), undefined)
})

test('a copy that was written to since it was sealed is not taken', async t => {
  const { vmm, options, migration } = await rig(t)
  await vmm.prepareStart(MACHINE)
  vmm.host.machine(MACHINE).disk.write(0, new Uint8Array([7]))
  await vmm.abandon(MACHINE)
  assert.equal(await openHeldCopy(options, migration, method('REDOLOG')), undefined)
})

test('a copy that is written to before it is open is closed again and not taken', async t => {
  const { vmm, contents, options, migration } = await rig(t)
  let asked = 0
  const changing: HeldCopyOptions['contents'] = {
    known: (machine, root) => contents.known(machine, root),
    boundRoot: async () => (asked++ === 0 ? migration.root : undefined)
  }
  const late = { ...options, contents: changing }
  assert.equal(await openHeldCopy(late, migration, method('REDOLOG')), undefined)
  // Nobody reads it any more: it may go.
  await vmm.delete(MACHINE)
})

test('what was here before a move that failed is the version that the host has written down', async t => {
  const { contents, migration } = await rig(t)
  const kept = keptRecord(migration.root)
  const written = { machine: async () => kept }
  assert.equal(await isKeptVersion({ records: written, contents }, migration), true)
  const never = { machine: async () => undefined }
  assert.equal(await isKeptVersion({ records: never, contents }, migration), false)
})

test('what a move has put in the place of another version was not here before', async t => {
  const { vmm, contents, migration } = await rig(t)
  const kept = keptRecord(migration.root)
  const records = { machine: async () => kept }
  const other = { ...migration, root: '00'.repeat(32) }
  assert.equal(await isKeptVersion({ records, contents }, other), false)
  await vmm.prepareStart(MACHINE)
  vmm.host.machine(MACHINE).disk.write(0, new Uint8Array([7]))
  await vmm.abandon(MACHINE)
  assert.equal(await isKeptVersion({ records, contents }, migration), false)
})
