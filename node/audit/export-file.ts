import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type OpenExport, readExport } from '../../ledger/index.ts'
import { nodeCrypto } from '../crypto/index.ts'
import { syncDirectory } from '../disk/index.ts'

/** Pieces are read of this size: a block is taken from a few of them. */
const PIECE_BYTES = 256 * 1024

/**
 * Writes pieces to a file that has its name only when it is whole and on disk: beside it first, then fsync, then the
 * name. Returns the number of bytes.
 */
export async function writePieces(
  path: string,
  pieces: AsyncIterable<Uint8Array>
): Promise<number> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = await open(beside, 'wx')
    const bytes = await writeAll(file, pieces)
    await rename(beside, path)
    await syncDirectory(dirname(path))
    return bytes
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

async function writeAll(file: FileHandle, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  try {
    for await (const piece of pieces) {
      await file.writeFile(piece)
      bytes += piece.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return bytes
}

/** An exported file, read piece by piece. Rejects with `ExportError`, or with what the disk says. */
export function openExportFile(path: string): Promise<OpenExport> {
  const pieces = createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Uint8Array>
  return readExport(pieces, nodeCrypto)
}
