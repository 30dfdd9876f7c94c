import { fdatasyncSync, writeSync } from 'node:fs'
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from '../disk/index.ts'
import { encodeFrame, scanFrames } from './frame.ts'

/** The disk did not take a write or a sync. What it holds now is unknown, so nothing is tried again. */
export class WalError extends Error {
  override readonly name: string = 'WalError'
  readonly code = 'WAL_FAILED' as const
}

/** An append-only log whose entries outlive a power cut once their append has resolved. */
export interface Wal {
  /** Length of what was appended. */
  bytes(): number
  /**
   * Written, all or none, in this order, when it resolves, and with `synced` on disk, with all that was written before;
   * appends that come at once share one write and one sync. Throws `WalError`, from then on always: the process has to
   * end.
   */
  append(entries: readonly Uint8Array[], synced?: boolean): Promise<void>
  /** The log holds exactly these entries when it resolves; a crash leaves the old ones or the new ones. */
  replace(entries: readonly Uint8Array[]): Promise<void>
  /** After the last write. */
  close(): Promise<void>
}

export type OpenedWal =
  | { readonly kind: 'open'; readonly entries: readonly Uint8Array[]; readonly wal: Wal }
  /**
   * Good entries stand behind bad ones, so this is no torn write. What was promised there is not known any more:
   * nothing may be signed that could contradict it. The file is left as it is.
   */
  | { readonly kind: 'corrupt'; readonly position: number; readonly message: string }

/**
 * Opens the log, or begins an empty one, and cuts a torn last write off. Two processes must not have it open at
 * once: whoever opens it holds the lock of the data directory's store.
 */
export async function openWal(path: string): Promise<OpenedWal> {
  await rm(besideOf(path), { force: true })
  const file = await open(path, 'a+', 0o600).then(async made => {
    await made.close()
    return open(path, 'r+')
  })
  const log = await readFile(path)
  const { entries, end, corruptBefore } = scanFrames(log)
  if (corruptBefore !== null) {
    await file.close()
    const message = `the log ${path} is damaged from byte ${end} on, and whole again at byte ${corruptBefore}`
    return { kind: 'corrupt', position: end, message }
  }
  if (end < log.byteLength) await file.truncate(end)
  await file.datasync()
  await syncDirectory(dirname(path))
  return { kind: 'open', entries, wal: new FileWal(path, file, end) }
}

/**
 * The file is made longer by so much at a time, with zeros: a sync then writes the entries alone, and not the file's
 * new length through the file system's journal as well. Zeros are no frame, so a start cuts them off.
 */
const GROWTH_BYTES = 1024 * 1024
const ZEROS = Buffer.alloc(GROWTH_BYTES)

function besideOf(path: string): string {
  return `${path}.new`
}

interface Waiting {
  readonly entries: readonly Uint8Array[]
  readonly synced: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

class FileWal implements Wal {
  readonly #path: string
  #file: FileHandle
  #end: number
  /** Length of the file. */
  #allocated: number
  #waiting: Waiting[] = []
  #tail: Promise<void> = Promise.resolve()
  #failure: WalError | undefined

  constructor(path: string, file: FileHandle, end: number) {
    this.#path = path
    this.#file = file
    this.#end = end
    this.#allocated = end
  }

  bytes(): number {
    return this.#end
  }

  append(entries: readonly Uint8Array[], synced = true): Promise<void> {
    if (entries.length === 0) return this.#tail
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, synced, resolve, reject })
      if (this.#waiting.length > 1) return
      this.#inTurn(() => this.#flush()).catch(() => undefined)
    })
  }

  replace(entries: readonly Uint8Array[]): Promise<void> {
    return this.#inTurn(() => this.#replace(entries))
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#failure === undefined) await this.#file.truncate(this.#end)
      await this.#file.close()
    })
  }

  /** One thing at a time, in the order of the calls. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work)
    this.#tail = done.catch(() => undefined)
    return done
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting
    this.#waiting = []
    try {
      const synced = batch.some(each => each.synced)
      await this.#risk(() =>
        this.#write(
          batch.flatMap(({ entries }) => entries),
          synced
        )
      )
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  /**
   * Holds the whole process up for the time of a sync: whoever appends can say nothing before it is done, and by way of
   * libuv's threads the same sync takes four times as long on a machine whose cores sleep in between.
   */
  async #write(entries: readonly Uint8Array[], synced: boolean): Promise<void> {
    const frame = encodeFrame(entries, this.#end)
    await this.#allocate(this.#end + frame.byteLength)
    for (let at = 0; at < frame.byteLength; ) {
      at += writeSync(this.#file.fd, frame, at, frame.byteLength - at, this.#end + at)
    }
    if (synced) fdatasyncSync(this.#file.fd)
    this.#end += frame.byteLength
  }

  async #allocate(bytes: number): Promise<void> {
    while (this.#allocated < bytes) {
      await writeAll(this.#file, ZEROS, this.#allocated)
      this.#allocated += ZEROS.byteLength
    }
  }

  async #replace(entries: readonly Uint8Array[]): Promise<void> {
    await this.#risk(async () => {
      const beside = await open(besideOf(this.#path), 'w+', 0o600)
      const frame = entries.length === 0 ? Buffer.alloc(0) : encodeFrame(entries, 0)
      await writeAll(beside, frame, 0)
      await beside.sync()
      await rename(besideOf(this.#path), this.#path)
      await syncDirectory(dirname(this.#path))
      await this.#file.close()
      this.#file = beside
      this.#end = frame.byteLength
      this.#allocated = frame.byteLength
    })
  }

  /** After a failed sync the kernel may have dropped the pages and report success the next time. */
  async #risk(work: () => Promise<void>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      await work()
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      this.#failure = new WalError(`the log ${this.#path} cannot be written: ${why}`, { cause })
      throw this.#failure
    }
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.byteLength - at, position + at)
    at += bytesWritten
  }
}
