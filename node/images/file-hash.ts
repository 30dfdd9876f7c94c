import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Hash } from '../../ledger/index.ts'

/** sha256 of a file of any size. */
export async function fileHash(file: string): Promise<Hash> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk as Uint8Array)
  }
  return hash.digest('hex')
}
