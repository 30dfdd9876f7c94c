/** What a day's work does to the files of a machine. Each change takes its own stream of numbers. */
import type { FileHandle } from 'node:fs/promises'
import type { Content, Kind } from './content.ts'
import type { SeededBytes } from './seeded-bytes.ts'
import { writeAll } from './sparse-file.ts'

export const BLOCK = 4096
const MIB = 1 << 20
/** A guest rewrites neighbouring pages together. */
const RUN_BLOCKS = 8

type Written = Exclude<Kind, 'hole'>

/** Binary records are twice as frequent as the others in what is rewritten. */
const REWRITTEN: readonly Written[] = ['random', 'text', 'records', 'records']
const APPENDED: readonly Written[] = ['random', 'text', 'records']

/** Lengths with a few that are much longer than most: whole blocks, at most `max`. */
export function extentLength(
  source: SeededBytes,
  median: number,
  deviation: number,
  max: number
): number {
  const length = Math.round((median * Math.exp(deviation * source.normal())) / BLOCK) * BLOCK
  return Math.max(BLOCK, Math.min(max, length))
}

/**
 * Writes extents of about 24 KiB all over the first `regionBytes` of a file, until `totalBytes` of its blocks
 * have changed; blocks that are hit twice count once.
 */
export async function scatter(
  file: FileHandle,
  content: Content,
  source: SeededBytes,
  totalBytes: number,
  regionBytes: number
): Promise<void> {
  const changed = new Set<number>()
  while (changed.size * BLOCK < totalBytes) {
    const left = totalBytes - changed.size * BLOCK
    const length = Math.min(left, extentLength(source, 24 * 1024, 1.1, MIB))
    const start = Math.floor(source.fraction() * ((regionBytes - length) / BLOCK)) * BLOCK
    await writeAll(file, content(source.pick(REWRITTEN), source, length), start)
    for (let at = start; at < start + length; at += BLOCK) changed.add(at / BLOCK)
  }
}

/** Writes `totalBytes` from `start` on, as the installation of a large program does. */
export async function append(
  file: FileHandle,
  content: Content,
  source: SeededBytes,
  start: number,
  totalBytes: number
): Promise<void> {
  for (let done = 0; done < totalBytes; done += MIB) {
    const length = Math.min(MIB, totalBytes - done)
    await writeAll(file, content(source.pick(APPENDED), source, length), start + done)
  }
}

/** Resumed, run and suspended again: of the pages 35% are rewritten, 15% differ in 64 bytes, 5% become zero. */
export async function runMemory(
  file: FileHandle,
  content: Content,
  source: SeededBytes
): Promise<void> {
  const blocks = (await file.stat()).size / BLOCK
  for (let block = 0; block < blocks; block += RUN_BLOCKS) {
    const start = block * BLOCK
    const fate = source.fraction()
    if (fate < 0.35)
      await writeAll(file, content(source.pick(REWRITTEN), source, RUN_BLOCKS * BLOCK), start)
    else if (fate < 0.5) await touchPages(file, source, start)
    else if (fate < 0.55) await writeAll(file, Buffer.alloc(RUN_BLOCKS * BLOCK), start)
  }
}

async function touchPages(file: FileHandle, source: SeededBytes, start: number): Promise<void> {
  for (let page = 0; page < RUN_BLOCKS; page++) {
    const line = source.bytes(64)
    await writeAll(file, line, start + page * BLOCK + 64 * source.integer(63))
  }
}
