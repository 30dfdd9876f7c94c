import { randomBytes } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a whole file so that after a crash there is either the old one or the new one, never a part:
 * write beside it, fsync, rename, fsync of the directory (a rename lives in the directory).
 */
export async function writeFileAtomic(path: string, data: string, mode = 0o600): Promise<void> {
  const beside = await writeBeside(path, data, mode)
  try {
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/** The same for a file that must not exist yet; fails with EEXIST and leaves the other one untouched. */
export async function createFileAtomic(path: string, data: string, mode = 0o600): Promise<void> {
  const beside = await writeBeside(path, data, mode)
  try {
    // link() refuses an existing name, which rename() would replace without a word.
    await link(beside, path)
  } finally {
    await rm(beside, { force: true })
  }
  await syncDirectory(dirname(path))
}

async function writeBeside(path: string, data: string, mode: number): Promise<string> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`
  const file = await open(beside, 'wx', mode)
  try {
    await file.writeFile(data, 'utf8')
    await file.sync()
  } finally {
    await file.close()
  }
  return beside
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
