import { type FileHandle, open } from 'node:fs/promises'

const STRETCH = 1 << 20
/** A run of zeros this long and aligned to it becomes a hole; a shorter one is written. */
const HOLE_BYTES = 1 << 16
const ZEROS = Buffer.alloc(HOLE_BYTES)

/** What was written is on the disk when it ends: no fsync that is measured later pays for it. */
export async function withFile<T>(
  path: string,
  flags: 'r' | 'r+' | 'w',
  use: (file: FileHandle) => Promise<T>
): Promise<T> {
  const file = await open(path, flags)
  try {
    const result = await use(file)
    if (flags !== 'r') await file.sync()
    return result
  } finally {
    await file.close()
  }
}

export async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

/**
 * The file's bytes from `start` up to `end` in stretches, each good until the next is asked for.
 * A file that ends before `end` ends the stretches.
 */
export async function* stretches(
  file: FileHandle,
  start: number,
  end: number
): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(STRETCH)
  for (let at = start; at < end; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(STRETCH, end - at), at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

/** Writes what is not zero: where the file has a hole, zeros leave it one. */
export async function writeSparse(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; done += HOLE_BYTES) {
    const part = bytes.subarray(done, done + HOLE_BYTES)
    if (part.compare(ZEROS, 0, part.length) !== 0) await writeAll(file, part, at + done)
  }
}

/** A copy that keeps holes. */
export async function copySparse(source: string, destination: string): Promise<void> {
  await withFile(source, 'r', from =>
    withFile(destination, 'w', async to => {
      const { size } = await from.stat()
      let at = 0
      for await (const part of stretches(from, 0, size)) {
        await writeSparse(to, part, at)
        at += part.length
      }
      await to.truncate(size)
    })
  )
}
