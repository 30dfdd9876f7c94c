import type { FileHandle } from 'node:fs/promises'

/** Throws when the file ends before that. */
export async function readExactly(
  file: FileHandle,
  offset: number,
  length: number
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, length - at, offset + at)
    if (bytesRead === 0) throw new Error(`The file ends at ${offset + at}, before ${length} bytes.`)
    at += bytesRead
  }
  return bytes
}

export async function writeExactly(
  file: FileHandle,
  offset: number,
  bytes: Uint8Array
): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, offset + at)
    at += bytesWritten
  }
}
