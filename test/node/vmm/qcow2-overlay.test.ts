import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { exportDisk, makeDisk } from '../../../node/vmm/qemu/disk.ts'
import { readQcow2 } from '../../../node/vmm/qemu/qcow2-header.ts'
import { writeOverlay } from '../../../node/vmm/qemu/qcow2-overlay.ts'
import { whyNoQemu } from '../../support/debian-mini.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const skip = (await whyNoQemu()) ?? false
const run = promisify(execFile)
const GIB = 2 ** 30
const BASE = { name: 'base.qcow2', format: 'qcow2' } as const

async function qemuImg(...words: string[]): Promise<string> {
  return (await run('qemu-img', words)).stdout
}

/** What `qemu-img info` says of a disk but for where it lies. */
async function described(file: string): Promise<unknown> {
  const told: Record<string, unknown> = JSON.parse(await qemuImg('info', '--output=json', file))
  return { ...told, filename: '', 'actual-size': 0, 'full-backing-filename': '' }
}

async function overBase(t: TestContext, sizeBytes: number) {
  const folder = temporaryDirectory(t)
  const base = join(folder, BASE.name)
  await makeDisk({ file: base, sizeBytes })
  const overlay = join(folder, 'overlay.qcow2')
  await writeOverlay(overlay, { sizeBytes, base: BASE })
  return { folder, base, overlay }
}

for (const sizeBytes of [512, GIB - 512, GIB, GIB + 512, 20 * 1024 * GIB]) {
  test(`an overlay of ${sizeBytes} bytes is what qemu-img makes, and sound`, { skip }, async t => {
    const { folder, overlay } = await overBase(t, sizeBytes)
    const theirs = join(folder, 'theirs.qcow2')
    const words = ['-o', 'extended_l2=on,cluster_size=128k', '-b', BASE.name, '-F', BASE.format]
    await qemuImg('create', '-q', '-f', 'qcow2', ...words, theirs)
    assert.deepEqual(await described(overlay), await described(theirs))
    // Ends with another code than 0 where anything is wrong.
    await qemuImg('check', '-q', overlay)
    assert.deepEqual(await readQcow2(overlay), await readQcow2(theirs))
  })
}

test('what is not written comes from the base, and what is written does not reach it', {
  skip
}, async t => {
  const { folder, base, overlay } = await overBase(t, GIB + 65_536)
  const socketPath = join(folder, 'disk.sock')
  const last = GIB + 32_768
  const below = await exportDisk({ file: base, socketPath, mode: 'write' })
  await below.client.write(0, Buffer.alloc(4_096, 1))
  await below.client.write(last, Buffer.alloc(4_096, 2))
  await below.close()
  const above = await exportDisk({ file: overlay, socketPath, mode: 'write' })
  await above.client.write(4_096, Buffer.alloc(4_096, 3))
  await above.client.write(last, Buffer.alloc(4_096, 4))
  assert.deepEqual(
    [(await above.client.read(0, 1))[0], (await above.client.read(4_096, 1))[0]],
    [1, 3]
  )
  await above.close()
  await qemuImg('check', '-q', overlay)
  const again = await exportDisk({ file: base, socketPath, mode: 'read' })
  assert.deepEqual(
    [(await again.client.read(4_096, 1))[0], (await again.client.read(last, 1))[0]],
    [0, 2]
  )
  await again.close()
})

test('a file that is there is not overwritten, and a base without a name is refused', async t => {
  const path = join(temporaryDirectory(t), 'overlay.qcow2')
  await writeOverlay(path, { sizeBytes: 512, base: BASE })
  await assert.rejects(writeOverlay(path, { sizeBytes: 512, base: BASE }), /EEXIST/)
  const nameless = { sizeBytes: 512, base: { ...BASE, name: '' } }
  await assert.rejects(writeOverlay(`${path}.2`, nameless), /1 to 1023 bytes/)
})

test('a disk of 4 PiB can have an overlay, a larger one cannot', async t => {
  const path = join(temporaryDirectory(t), 'overlay.qcow2')
  const sizeBytes = 4 * 2 ** 50
  await writeOverlay(path, { sizeBytes, base: BASE })
  assert.equal((await readQcow2(path)).sizeBytes, sizeBytes)
  const larger = { sizeBytes: sizeBytes + 512, base: BASE }
  await assert.rejects(writeOverlay(`${path}.2`, larger), /too large/)
})
