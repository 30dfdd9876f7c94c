/**
 * A disk in layers, all in the machine's folder but for the image at the bottom:
 *
 *     disk.qcow2 -> layer-2.qcow2 -> layer-1.qcow2 -> (the image's raw disk)
 *
 * An arriving copy begins as a new disk.qcow2 over hard links to the layers of the older copy, so that nothing
 * is copied and the older one stays whole until the commit.
 */
import { link, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { runQemuImg } from './disk.ts'
import { syncFile } from './durable.ts'
import { readQcow2 } from './qcow2-header.ts'
import type { LayerFile } from './qcow2-layers.ts'
import { writeOverlay } from './qcow2-overlay.ts'

/** Every layer costs each read of an unwritten block one more look. */
const LAYERS_MAX = 3

/** No chain of ours is longer; a file that leads in a circle is not followed for ever. */
const WALK_MAX = 16

const LAYER = /^layer-[0-9]{1,9}\.qcow2$/

/** The files of a disk in its folder, the top first. */
export async function layersOf(disk: string, folder: string): Promise<readonly string[]> {
  const files = [disk]
  for (let at = disk; files.length <= WALK_MAX; ) {
    const { backing } = await readQcow2(at)
    if (backing === undefined || isAbsolute(backing)) return files
    if (!LAYER.test(backing))
      throw new Error(`${at} lies on ${backing}, which is no layer of ours.`)
    at = join(folder, backing)
    files.push(at)
  }
  throw new Error(`${disk} has more than ${WALK_MAX} layers.`)
}

/** All files of a disk, the image's included. */
export async function layerFilesOf(disk: string, folder: string): Promise<readonly LayerFile[]> {
  const layers = await layersOf(disk, folder)
  const { backing } = await readQcow2(layers.at(-1) ?? disk)
  const files = layers.map(path => ({ path, format: 'qcow2' as const }))
  return backing === undefined ? files : [...files, { path: backing, format: 'raw' }]
}

/** Begins `disk` in a folder as the differences to another disk, which is not touched. */
export async function layOver(
  disk: string,
  folder: string,
  older: { readonly disk: string; readonly folder: string }
): Promise<void> {
  const [top, ...below] = await layersOf(older.disk, older.folder)
  if (top === undefined) throw new Error(`${older.disk} has no layer.`)
  for (const file of below) await link(file, join(folder, basename(file)))
  const next = 1 + Math.max(0, ...below.map(numberOf))
  const name = `layer-${next}.qcow2`
  await link(top, join(folder, name))
  const { sizeBytes } = await readQcow2(top)
  await writeOverlay(disk, { sizeBytes, base: { name, format: 'qcow2' } })
}

function numberOf(file: string): number {
  return Number(/\d+/.exec(basename(file))?.[0] ?? 0)
}

/**
 * Folds a chain that has become too long into its lowest layer of ours. Until the rename the upper layers hide
 * what has been written below them, so that a crash at any point leaves the same disk. A layer that another
 * folder links is not touched. True when it was folded.
 */
export async function foldChain(disk: string, folder: string): Promise<boolean> {
  const files = await layersOf(disk, folder)
  const lowest = files.at(-1)
  if (lowest === undefined || files.length <= LAYERS_MAX) return false
  for (const file of files) if ((await stat(file)).nlink > 1) return false
  for (const { name } of (await readQcow2(lowest)).bitmaps) {
    await runQemuImg(['bitmap', '--remove', lowest, name])
  }
  await runQemuImg(['commit', '-q', '-d', '-f', 'qcow2', '-b', lowest, disk])
  await syncFile(lowest)
  await rename(lowest, disk)
  await syncFile(folder)
  for (const file of files.slice(1, -1)) await rm(file, { force: true })
  return true
}

/** Removes layers on which nothing lies any more: what a crash in the middle of a fold has left. */
export async function dropStrayLayers(disk: string, folder: string): Promise<void> {
  const used = new Set((await layersOf(disk, folder)).map(file => basename(file)))
  for (const name of await readdir(folder)) {
    if (LAYER.test(name) && !used.has(name)) await rm(join(folder, name), { force: true })
  }
}

/** Size, time of the last write and inode of files: another text when one was written or replaced. */
export async function stampOf(files: readonly string[]): Promise<string> {
  const words = []
  for (const file of files) {
    const { size, mtimeNs, ino } = await stat(file, { bigint: true })
    words.push(`${basename(file)} ${size} ${mtimeNs} ${ino}`)
  }
  return words.join('\n')
}
