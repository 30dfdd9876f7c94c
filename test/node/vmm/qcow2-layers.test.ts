import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { exportDisk, makeDisk } from '../../../node/vmm/qemu/disk.ts'
import { layerFilesOf } from '../../../node/vmm/qemu/disk-chain.ts'
import { LayeredDisk } from '../../../node/vmm/qemu/qcow2-layers.ts'
import { writeOverlay } from '../../../node/vmm/qemu/qcow2-overlay.ts'
import { whyNoQemu } from '../../support/debian-mini.ts'
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const skip = (await whyNoQemu()) ?? false
const run = promisify(execFile)
const KIB = 1024
const DISK_BYTES = 40 * 1024 * KIB
const SEED = 7
/** In the header of a qcow2 file. */
const CRYPT_METHOD_AT = 32
const LUKS = 2

/** Writes, zeros and holes of any length over the disk, as a guest and a move leave them. */
async function scribble(file: string, dir: string, random: SeededRandom): Promise<void> {
  const disk = await exportDisk({ file, socketPath: join(dir, 'w.sock'), mode: 'write' })
  for (let nth = 0; nth < 60; nth++) {
    const length = 512 * (1 + random.integer(nth % 7 === 0 ? 2_000 : 40))
    const offset = 512 * random.integer((DISK_BYTES - length) / 512)
    if (nth % 3 === 0) await disk.client.zero(offset, length)
    else await disk.client.write(offset, Buffer.alloc(length, 1 + random.integer(255)))
  }
  await disk.close()
}

async function sameAsQemu(disk: string, dir: string, random: SeededRandom): Promise<void> {
  const qemu = await exportDisk({ file: disk, socketPath: join(dir, 'r.sock'), mode: 'read' })
  const own = LayeredDisk.open(await layerFilesOf(disk, dir))
  try {
    const step = 1024 * KIB
    const into = new Uint8Array(step)
    for (let at = 0; at < DISK_BYTES; at += step) {
      into.fill(0xee)
      own.read(at, into)
      assert.ok(Buffer.from(await qemu.client.read(at, step)).equals(into), `MiB ${at / step}`)
    }
    for (let nth = 0; nth < 200; nth++) {
      const length = 1 + random.integer(70_000)
      const at = random.integer(DISK_BYTES - length)
      const piece = into.subarray(0, length)
      own.read(at, piece)
      const right = await qemu.client.read(at, length)
      assert.ok(Buffer.from(right).equals(piece), `${length} bytes at ${at}`)
    }
  } finally {
    own.close()
    await qemu.close()
  }
}

test(`a disk in layers over an image reads as QEMU reads it (seed ${SEED})`, { skip }, async t => {
  const dir = temporaryDirectory(t)
  const random = seededRandom(SEED)
  // Shorter than the disk, and not of whole clusters.
  const image = join(dir, 'image.raw')
  await writeFile(image, randomBytes(11 * 1024 * KIB + 3 * 512))
  const disk = join(dir, 'disk.qcow2')
  await makeDisk({ file: join(dir, 'layer-1.qcow2'), sizeBytes: DISK_BYTES, base: image })
  await scribble(join(dir, 'layer-1.qcow2'), dir, random)
  await writeOverlay(join(dir, 'layer-2.qcow2'), {
    sizeBytes: DISK_BYTES,
    base: { name: 'layer-1.qcow2', format: 'qcow2' }
  })
  await scribble(join(dir, 'layer-2.qcow2'), dir, random)
  await writeOverlay(disk, {
    sizeBytes: DISK_BYTES,
    base: { name: 'layer-2.qcow2', format: 'qcow2' }
  })
  await scribble(disk, dir, random)
  assert.equal((await layerFilesOf(disk, dir)).length, 4)
  await sameAsQemu(disk, dir, random)
})

test('a disk of plain clusters, as other programs make it, reads as QEMU reads it', {
  skip
}, async t => {
  const dir = temporaryDirectory(t)
  const disk = join(dir, 'disk.qcow2')
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', disk, String(DISK_BYTES)])
  await scribble(disk, dir, seededRandom(SEED))
  await sameAsQemu(disk, dir, seededRandom(SEED))
})

test('a disk with features that only QEMU reads is refused, and one that is no disk', {
  skip
}, async t => {
  const dir = temporaryDirectory(t)
  const raw = join(dir, 'raw')
  await writeFile(raw, Buffer.alloc(1024 * KIB, 5))
  const encrypted = join(dir, 'encrypted.qcow2')
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', encrypted, '1M'])
  // By hand: to make a true one QEMU measures the processor's time, which fails on a busy machine.
  const file = await open(encrypted, 'r+')
  await file.write(Uint8Array.of(0, 0, 0, LUKS), 0, 4, CRYPT_METHOD_AT)
  await file.close()
  const elsewhere = join(dir, 'elsewhere.qcow2')
  const words = ['-o', `data_file=${join(dir, 'data')}`, elsewhere, '1M']
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', ...words])
  for (const path of [encrypted, elsewhere, raw])
    assert.throws(() => LayeredDisk.open([{ path, format: 'qcow2' }]), path)
  const compressed = join(dir, 'compressed.qcow2')
  await run('qemu-img', ['convert', '-c', '-O', 'qcow2', raw, compressed])
  const disk = LayeredDisk.open([{ path: compressed, format: 'qcow2' }])
  assert.throws(() => disk.read(0, new Uint8Array(512)), /compressed/)
  disk.close()
})
