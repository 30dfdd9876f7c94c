import { open, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What was written to a file or what a folder lists survives a power failure from now on. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A rename that survives a power failure. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFile(dirname(to))
  if (dirname(from) !== dirname(to)) await syncFile(dirname(from))
}

export async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await writeFile(file, bytes, { mode: 0o600 })
  await syncFile(file)
}
