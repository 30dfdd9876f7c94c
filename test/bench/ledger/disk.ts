import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { median } from '../row.ts'

const SYNCS = 200
const BLOCK_BYTES = 4_096

/** What one append with fdatasync takes on this disk now, the middle of 200; ms. */
export async function syncMs(dir: string): Promise<number> {
  const path = join(dir, 'sync-probe')
  const file = await open(path, 'w')
  try {
    const bytes = Buffer.alloc(BLOCK_BYTES, 1)
    const taken: number[] = []
    for (let at = 0; at < SYNCS; at++) {
      const begunMs = performance.now()
      await file.write(bytes)
      await file.datasync()
      taken.push(performance.now() - begunMs)
    }
    return median(taken)
  } finally {
    await file.close()
    await rm(path)
  }
}
