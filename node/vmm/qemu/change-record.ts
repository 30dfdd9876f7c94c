/**
 * Which blocks a guest has written since a seal: a persistent dirty bitmap of the qcow2 file, named by the mark of
 * the seal, so that disk and record cannot come apart. QEMU marks it as in use while it records and takes the mark
 * away when it has written it out: after an unclean end it is known to be worthless.
 */

import { CONTENT_BLOCK_BYTES } from '../vmm.ts'
import { runQemuImg } from './disk.ts'
import { syncFile } from './durable.ts'
import { readQcow2 } from './qcow2-header.ts'

/** The mark since which every change has been recorded. */
export async function recordedSince(disk: string): Promise<string | undefined> {
  const { bitmaps } = await readQcow2(disk)
  const [bitmap] = bitmaps
  // Two are there when a seal was cut off between the old record and the new one.
  if (bitmaps.length !== 1 || bitmap === undefined || !bitmap.isWhole) return undefined
  return bitmap.granularityBytes === CONTENT_BLOCK_BYTES ? bitmap.name : undefined
}

const MARK = /^[0-9a-zA-Z]{1,64}$/

/** Begins a record of changes from what the disk holds now, and ends every other one. */
export async function beginRecord(disk: string, mark: string): Promise<void> {
  if (!MARK.test(mark)) throw new Error(`"${mark}" is no mark of 1 to 64 letters and digits.`)
  const { bitmaps } = await readQcow2(disk)
  if (bitmaps.length === 1 && (await recordedSince(disk)) === mark) {
    await runQemuImg(['bitmap', '--clear', disk, mark])
  } else {
    for (const { name } of bitmaps) await runQemuImg(['bitmap', '--remove', disk, name])
    await runQemuImg(['bitmap', '--add', '-g', String(CONTENT_BLOCK_BYTES), disk, mark])
  }
  await syncFile(disk)
}
