import { statfs } from 'node:fs/promises'
import { VmmError } from './vmm.ts'

/** Bytes that can still be written below a folder. */
export type FreeBytes = (folder: string) => Promise<number>

export const freeBytesOf: FreeBytes = async folder => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Refuses before the first byte is written, so that a full disk costs nobody a half copy. */
export async function requireSpace(
  free: FreeBytes,
  folder: string,
  neededBytes: number
): Promise<void> {
  const freeBytes = await free(folder)
  if (freeBytes >= neededBytes) return
  throw new VmmError(
    'DISK_FULL',
    `${neededBytes} bytes are needed in ${folder} and ${freeBytes} are free; make room and try again.`
  )
}

/** The refusal for a disk that became full on the way, or the error as it was. */
export function diskFullOr(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new VmmError('DISK_FULL', `The disk of ${folder} became full; make room and try again.`, {
    cause: error
  })
}
