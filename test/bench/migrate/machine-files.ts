import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  encodeConfig,
  type MachineSpec,
  type PartShape,
  type Vmm
} from '../../../node/vmm/index.ts'
import type { SparseWish } from './calls.ts'
import { SeededBytes } from './seeded-bytes.ts'

export interface Shape {
  readonly diskMb: number
  readonly memoryMb: number
}

/** Memory as the driver's format names it; never loaded by a guest here. */
const MEMORY_FORMAT = 'qemu-migration-7.2-tcg'
const MB = 2 ** 20
const CHUNK_BYTES = MB

/** Files of a version in the order in which they lie on the disk; a redo log that is gone reads as zeros. */
const DISK_FILES: readonly (readonly [name: string, atMb: number])[] = [
  ['disk.img', 0],
  ['disk.redo-1', 1_100],
  ['disk.redo-2', 1_125]
]

/** Writes the files of one version as a suspended machine, holes kept. */
export async function fillMachine(vmm: Vmm, spec: MachineSpec, from: string): Promise<void> {
  const { memoryMb, storageMb } = spec.configuration
  const config = encodeConfig(spec)
  const parts: readonly PartShape[] = [
    { name: 'config', format: 'config-1', sizeBytes: config.byteLength },
    { name: 'disk', format: 'disk-raw', sizeBytes: storageMb * MB },
    { name: 'memory', format: MEMORY_FORMAT, sizeBytes: memoryMb * MB }
  ]
  const sink = await vmm.receive(spec, parts)
  await sink.write('config', 0, config)
  for (const [name, atMb] of DISK_FILES) {
    await eachChunk(join(from, name), (at, bytes) => sink.write('disk', atMb * MB + at, bytes))
  }
  await eachChunk(join(from, 'mem.vmss'), (at, bytes) => sink.write('memory', at, bytes))
  await sink.commit()
}

/** Writes a stopped machine whose disk holds some random MiB, evenly over it; the first of them may be other ones. */
export async function fillSparse(
  vmm: Vmm,
  spec: MachineSpec,
  { dataMb, changedMb }: Pick<SparseWish, 'dataMb' | 'changedMb'>
): Promise<void> {
  const { storageMb } = spec.configuration
  const config = encodeConfig(spec)
  const parts: readonly PartShape[] = [
    { name: 'config', format: 'config-1', sizeBytes: config.byteLength },
    { name: 'disk', format: 'disk-raw', sizeBytes: storageMb * MB }
  ]
  const coming = dataMb * MB + config.byteLength
  const sink = await vmm.receive(spec, parts, { base: 'none', resume: false, comingBytes: coming })
  await sink.write('config', 0, config)
  const strideMb = Math.floor(storageMb / dataMb)
  for (let at = 0; at < dataMb; at++) {
    const seed = at < changedMb ? at + SPARSE_SEED_MAX : at
    await sink.write('disk', at * strideMb * MB, new SeededBytes(seed, 'sparse').bytes(CHUNK_BYTES))
  }
  await sink.commit()
}

/** More than any disk of the bench has chunks of data. */
const SPARSE_SEED_MAX = 2 ** 20

/** Chunks of a file that are not all zero. */
async function eachChunk(
  path: string,
  write: (at: number, bytes: Uint8Array) => Promise<void>
): Promise<void> {
  const there = await stat(path).catch(() => undefined)
  if (there === undefined) return
  const file: FileHandle = await open(path, 'r')
  const zeros = Buffer.alloc(CHUNK_BYTES)
  try {
    for (let at = 0; at < there.size; at += CHUNK_BYTES) {
      const buffer = Buffer.alloc(CHUNK_BYTES)
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at)
      const bytes = buffer.subarray(0, bytesRead)
      if (!zeros.subarray(0, bytesRead).equals(bytes)) await write(at, bytes)
    }
  } finally {
    await file.close()
  }
}
