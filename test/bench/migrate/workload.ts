/**
 * A machine and later versions of it, the same for the same seed, to be moved by us and by others.
 *
 *   v0  a suspended machine: a disk of holes, zeros, text, records and random bytes, its memory, two redo logs
 *   c   v0 resumed and suspended again: memory changed
 *   d   as c, and 50 MiB scattered over the disk, which holds the redo logs now
 *   e   as c, and 210 MiB in one place and 40 MiB scattered over the lower part of the disk
 *   f   v0 with bytes put into its disk and taken out of it, so that what follows stands at other offsets
 *
 * The changes of d and e are those of a disk of 1100 MiB: a larger one is changed no more, a smaller one in proportion.
 */
import { type FileHandle, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { append, BLOCK, extentLength, runMemory, scatter } from './changes.ts'
import { type Content, contentOf, type Kind } from './content.ts'
import { SeededBytes } from './seeded-bytes.ts'
import { copySparse, stretches, withFile, writeAll, writeSparse } from './sparse-file.ts'

export type Version = 'v0' | 'c' | 'd' | 'e' | 'f'
type LaterVersion = Exclude<Version, 'v0'>

export interface WorkloadOptions {
  readonly seed: number
  readonly diskMib: number
  /** A multiple of 32 KiB: memory changes in runs of eight pages. */
  readonly memoryMib: number
  /** Versions after v0 are made from the v0 that stands in the folder. */
  readonly versions: readonly Version[]
}

const MIB = 1 << 20
const USUAL_DISK_MIB = 1100
const REDO_MIB = 25
/** November 2004, in seconds since 1970: rsync's quick check goes by times, so they are part of a version. */
const BASE_TIME = 1_100_000_000
const LATER: Readonly<Record<LaterVersion, number>> = { c: 1000, d: 2000, e: 3000, f: 4000 }
const CONF =
  'uuid=56 4d 8f 12 00 11 22 33-44 55 66 77 88 99 aa bb\nmemsize=256\nstate=suspended\nversion=7\n'

/** The share of each kind in a file. */
type Mix = readonly (readonly [Kind, number])[]

const DISK: Mix = [
  ['hole', 0.28],
  ['zero', 0.12],
  ['text', 0.15],
  ['records', 0.15],
  ['random', 0.3]
]
const MEMORY: Mix = [
  ['zero', 0.35],
  ['text', 0.15],
  ['records', 0.3],
  ['random', 0.2]
]
const REDO: Mix = [
  ['text', 0.25],
  ['records', 0.25],
  ['random', 0.5]
]

interface Making {
  readonly folder: string
  readonly options: WorkloadOptions
  readonly content: Content
  readonly source: (label: string) => SeededBytes
}

/** Makes `folder`/v0, `folder`/c and so on, as many as are asked for. What stood there is gone. */
export async function makeWorkload(folder: string, options: WorkloadOptions): Promise<void> {
  const making: Making = {
    folder,
    options,
    content: contentOf(options.seed),
    source: label => new SeededBytes(options.seed, label)
  }
  if (options.versions.includes('v0')) await makeBase(making)
  for (const version of options.versions) if (version !== 'v0') await makeLater(making, version)
}

async function makeBase(making: Making): Promise<void> {
  const dir = await emptyFolder(making, 'v0')
  const { diskMib, memoryMib } = making.options
  const redoBytes = ofUsualDisk(making, REDO_MIB)
  await layOut(making, join(dir, 'disk.img'), diskMib * MIB, 'disk', DISK, 96 * 1024)
  await layOut(making, join(dir, 'mem.vmss'), memoryMib * MIB, 'mem', MEMORY, 16 * 1024)
  await layOut(making, join(dir, 'disk.redo-1'), redoBytes, 'redo1', REDO, 32 * 1024)
  await layOut(making, join(dir, 'disk.redo-2'), redoBytes, 'redo2', REDO, 32 * 1024)
  await writeFile(join(dir, 'machine.conf'), CONF)
  await stamp(dir, await readdir(dir), BASE_TIME)
}

/** Extents of one kind each: of three kinds drawn, the one that is furthest below its share. */
async function layOut(
  making: Making,
  path: string,
  size: number,
  label: string,
  mix: Mix,
  median: number
): Promise<void> {
  const layout = making.source(`${label}/layout`)
  const data = making.source(`${label}/data`)
  const laid = new Map<Kind, number>()
  await withFile(path, 'w', async file => {
    for (let at = 0; at < size; ) {
      const length = Math.min(size - at, extentLength(layout, median, 1.4, 16 * MIB))
      const kind = neediest([layout.pick(mix), layout.pick(mix), layout.pick(mix)], laid)
      laid.set(kind, (laid.get(kind) ?? 0) + length)
      if (kind !== 'hole') await fill(file, at, length, part => making.content(kind, data, part))
      at += length
    }
    await file.truncate(size)
  })
}

function neediest(drawn: Mix, laid: ReadonlyMap<Kind, number>): Kind {
  const had = ([kind, share]: readonly [Kind, number]): number => (laid.get(kind) ?? 0) / share
  return drawn.reduce((least, other) => (had(other) < had(least) ? other : least))[0]
}

async function fill(
  file: FileHandle,
  start: number,
  length: number,
  make: (length: number) => Buffer
): Promise<void> {
  for (let done = 0; done < length; done += MIB)
    await writeAll(file, make(Math.min(MIB, length - done)), start + done)
}

async function makeLater(making: Making, version: LaterVersion): Promise<void> {
  const base = join(making.folder, 'v0')
  const dir = await emptyFolder(making, version)
  const names = await readdir(base)
  for (const name of names) await copySparse(join(base, name), join(dir, name))
  await stamp(dir, names, BASE_TIME)
  const touched = await change(making, version, dir)
  const conf = join(dir, 'machine.conf')
  await writeFile(conf, (await readFile(conf, 'utf8')).replace('version=7', 'version=8'))
  await stamp(dir, [...touched, 'machine.conf'], BASE_TIME + LATER[version])
}

/** The names of the files that changed, the configuration aside. */
async function change(
  making: Making,
  version: LaterVersion,
  dir: string
): Promise<readonly string[]> {
  const { content, source } = making
  if (version === 'f') return shiftDisk(making, dir)
  await withFile(join(dir, 'mem.vmss'), 'r+', file =>
    runMemory(file, content, source(`${version}/mem`))
  )
  if (version === 'c') return ['mem.vmss']
  await withFile(join(dir, 'disk.img'), 'r+', async file => {
    const size = making.options.diskMib * MIB
    if (version === 'd')
      return scatter(file, content, source('d/disk'), ofUsualDisk(making, 50), size)
    const start = ofUsualDisk(making, 700)
    await append(file, content, source('e/seq'), start, ofUsualDisk(making, 210))
    await scatter(
      file,
      content,
      source('e/scat'),
      ofUsualDisk(making, 40),
      ofUsualDisk(making, 600)
    )
  })
  if (version === 'd') for (const redo of ['disk.redo-1', 'disk.redo-2']) await rm(join(dir, redo))
  return ['mem.vmss', 'disk.img']
}

/** 12,345 bytes come in at 37% of the disk, 777 go at 71%: no block after that stands where it stood. */
async function shiftDisk(making: Making, dir: string): Promise<readonly string[]> {
  const size = making.options.diskMib * MIB
  const inserted = making.source('f/ins').bytes(12_345)
  const insertAt = Math.floor(size * 0.37) + 1
  const deleteAt = Math.floor(size * 0.71) + 3
  await withFile(join(making.folder, 'v0', 'disk.img'), 'r', from =>
    withFile(join(dir, 'disk.img'), 'w', async to => {
      let at = 0
      const put = async (bytes: Buffer): Promise<void> => {
        await writeSparse(to, bytes, at)
        at += bytes.length
      }
      for await (const part of stretches(from, 0, insertAt)) await put(part)
      await put(inserted)
      for await (const part of stretches(from, insertAt, deleteAt)) await put(part)
      for await (const part of stretches(from, deleteAt + 777, size)) await put(part)
      await to.truncate(at)
    })
  )
  return ['disk.img']
}

/** So many MiB of the usual disk, in bytes: whole blocks, and fewer on a smaller disk. */
function ofUsualDisk({ options }: Making, mib: number): number {
  const share = Math.min(1, options.diskMib / USUAL_DISK_MIB)
  return Math.max(1, Math.round((share * mib * MIB) / BLOCK)) * BLOCK
}

async function emptyFolder({ folder }: Making, name: Version): Promise<string> {
  const dir = join(folder, name)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  return dir
}

async function stamp(dir: string, names: readonly string[], seconds: number): Promise<void> {
  for (const name of names) await utimes(join(dir, name), seconds, seconds)
}
