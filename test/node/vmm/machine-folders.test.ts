import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { MachineFolders } from '../../../node/vmm/qemu/machine-folders.ts'

const UUID = '00000000-0000-8000-8000-000000000001'

async function withFolders(
  work: (folders: MachineFolders, root: string) => Promise<void>
): Promise<void> {
  const root = join(await mkdtemp(join(tmpdir(), 'folders-')), 'vmm')
  const folders = new MachineFolders(root)
  await folders.clean()
  await work(folders, root)
  await rm(root, { recursive: true })
}

async function put(folders: MachineFolders, text: string): Promise<void> {
  const incoming = await folders.make(UUID)
  await writeFile(incoming.config, text)
  await folders.putInPlace(UUID, incoming)
}

test('a newer copy takes the place of an older one and nothing else is left', async () => {
  await withFolders(async (folders, root) => {
    await put(folders, 'old')
    await put(folders, 'new')
    assert.equal(await readFile(folders.machine(UUID).config, 'utf8'), 'new')
    assert.deepEqual(await readdir(join(root, 'replaced')), [])
    assert.deepEqual(await readdir(join(root, 'making')), [])
  })
})

test('after a crash between the two renames the older copy is back in its place', async () => {
  await withFolders(async (folders, root) => {
    await put(folders, 'old')
    const incoming = await folders.make(UUID)
    await writeFile(incoming.config, 'new')
    await rename(join(root, 'machines', UUID), join(root, 'replaced', UUID))
    await new MachineFolders(root).clean()
    assert.equal(await readFile(folders.machine(UUID).config, 'utf8'), 'old')
    assert.deepEqual(await readdir(join(root, 'making')), [])
  })
})

test('after a crash behind the second rename the newer copy stays and the older one goes', async () => {
  await withFolders(async (folders, root) => {
    await put(folders, 'new')
    await mkdir(join(root, 'replaced', UUID))
    await new MachineFolders(root).clean()
    assert.equal(await readFile(folders.machine(UUID).config, 'utf8'), 'new')
    assert.deepEqual(await readdir(join(root, 'replaced')), [])
  })
})

test('memory counts as saved only under its final name, and as used once a guest went on', async () => {
  await withFolders(async folders => {
    await put(folders, 'config')
    const machine = folders.machine(UUID)
    await writeFile(machine.unfinishedMemory, 'memory')
    assert.deepEqual(await machine.findMemory(), { state: 'none', format: '' })
    await machine.finishMemory('format-1')
    assert.deepEqual(await machine.findMemory(), { state: 'saved', format: 'format-1' })
    await machine.useMemory('format-1')
    assert.deepEqual(await machine.findMemory(), { state: 'going', format: 'format-1' })
    await machine.keepMemory('format-1')
    assert.deepEqual(await machine.findMemory(), { state: 'saved', format: 'format-1' })
    await machine.useMemory('format-1')
    await machine.dropUsedMemory()
    assert.deepEqual(await machine.findMemory(), { state: 'none', format: '' })
  })
})

test('a name that is not a UUID is never made into a path', () => {
  assert.throws(() => new MachineFolders('/x').machine('../../etc'), /not a UUID/)
})

test('half a copy is still there after a crash, a machine half created is not', async () => {
  await withFolders(async (folders, root) => {
    await folders.make(UUID)
    await writeFile((await folders.emptyIncoming(UUID)).disk, 'half')
    await new MachineFolders(root).clean()
    assert.deepEqual(await folders.leftovers(), [UUID])
    assert.equal(await readFile(folders.incoming(UUID).disk, 'utf8'), 'half')
    assert.deepEqual(await readdir(join(root, 'making')), [])
    await folders.removeIncoming(UUID)
    assert.deepEqual(await folders.leftovers(), [])
  })
})
