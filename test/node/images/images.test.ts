import assert from 'node:assert/strict'
import { appendFile, chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { encodeCpio } from '../../../node/images/cpio.ts'
import { buildDebianMini, createImageStore, ImageError } from '../../../node/images/index.ts'
import { imageHash } from '../../../node/images/manifest.ts'
import { debianPackages } from '../../support/debian-mini.ts'

test('a cpio archive has the bytes of the newc format, sorted, of nobody and of no time', () => {
  const archive = encodeCpio([
    { path: 'b', mode: 0o100644, content: Buffer.from('hello') },
    { path: 'a', mode: 0o040755 }
  ])
  const header = (fields: string): string => `070701${fields.replaceAll(' ', '')}`
  const zeros = '00000000'
  const expected = [
    header(`00000001 000041ed ${zeros} ${zeros} 00000002 ${zeros} ${zeros} ${zeros.repeat(4)}`),
    `00000002${zeros}a\0`,
    header(`00000002 000081a4 ${zeros} ${zeros} 00000001 ${zeros} 00000005 ${zeros.repeat(4)}`),
    `00000002${zeros}b\0hello\0\0\0`,
    header(`00000003 ${zeros} ${zeros} ${zeros} 00000001 ${zeros} ${zeros} ${zeros.repeat(4)}`),
    `0000000b${zeros}TRAILER!!!\0\0\0\0`
  ].join('')
  assert.equal(Buffer.from(archive).toString('latin1'), expected)
})

test('the hash of an image is that of the listing in its documentation', () => {
  const file = { sha256: '11'.repeat(32), sizeBytes: 5 }
  const manifest = {
    format: 'virtuoso-image-1' as const,
    name: 'golden',
    minimum: { memoryMb: 1, storageMb: 2 },
    files: { kernel: file, initrd: file, 'disk.raw': file },
    packages: [{ name: 'not', version: 'hashed' }]
  }
  // printf 'virtuoso-image-1\nname golden\nminimum 1 2\nfile disk.raw 5 11..\n...' | sha256sum
  assert.equal(
    imageHash(manifest),
    'cb083e882ccfeeabf8a3f4c8198a791dd8c318671ab9867bbbdc10deaa29d746'
  )
})

test('two builds from the same packages are equal byte for byte and found by one hash', async () => {
  const packagesDir = await debianPackages()
  const root = await mkdtemp(join(tmpdir(), 'images-'))
  const first = await buildDebianMini({ outDir: join(root, 'first'), packagesDir })
  const second = await buildDebianMini({ outDir: join(root, 'second'), packagesDir })
  assert.deepEqual(second.manifest, first.manifest)
  for (const name of await readdir(first.folder)) {
    const [one, other] = [
      await readFile(join(first.folder, name)),
      await readFile(join(second.folder, name))
    ]
    assert.ok(one.equals(other), `${name} differs`)
  }
  await storePromises(join(root, 'first'), first.folder, first.manifest.hash)
  await rm(root, { recursive: true })
})

async function storePromises(root: string, folder: string, hash: string): Promise<void> {
  const store = createImageStore(root)
  const found = await store.find(hash)
  assert.equal(found?.name, 'debian-mini')
  assert.deepEqual(found?.minimum, { memoryMb: 128, storageMb: 100 })
  assert.equal(await store.find('00'.repeat(32)), undefined)
  const initrd = join(folder, 'initrd')
  await chmod(initrd, 0o644)
  await appendFile(initrd, 'x')
  assert.equal(await store.find(hash), undefined, 'a damaged image is not offered')
}

test('packages that cannot be had are named in the refusal', async () => {
  const root = await mkdtemp(join(tmpdir(), 'images-'))
  const build = buildDebianMini({ outDir: root, packagesDir: join(root, 'nowhere') })
  await assert.rejects(build, (error: unknown) => {
    assert.ok(error instanceof ImageError)
    assert.equal(error.code, 'PACKAGES_MISSING')
    assert.match(error.message, /busybox-static/)
    return true
  })
  assert.deepEqual(await readdir(root), [], 'nothing of the build is left')
  await rm(root, { recursive: true })
})
