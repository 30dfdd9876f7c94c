import { execFile } from 'node:child_process'
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { CONTENT_BLOCK_BYTES, type Door } from '../vmm.ts'
import { readExactly, writeExactly } from './file-bytes.ts'

const run = promisify(execFile)

/** The memory on its way here. */
export interface MemorySink {
  read(offset: number, length: number): Promise<Uint8Array>
  write(offset: number, bytes: Uint8Array): Promise<void>
  zero(offset: number, length: number): Promise<void>
  /** For another thread; what it begins as has been copied then. */
  door(): Promise<Door>
  /** All of it is on the disk under the name of the plan. */
  finish(): Promise<void>
  close(): Promise<void>
}

export interface MemorySinkPlan {
  readonly file: string
  readonly sizeBytes: number
  /** Older memory to begin with; it is never written. */
  readonly base?: string | undefined
}

/**
 *     base alone --first write: copied aside, renamed--> file --finish--> file, synced
 *     base alone --finish: linked----------------------> file
 *
 * A file that is there already is one that an interrupted receive has left.
 */
export async function openMemorySink(plan: MemorySinkPlan): Promise<MemorySink> {
  const { file, sizeBytes } = plan
  const base = plan.base === undefined ? undefined : await open(plan.base, 'r')
  const found = await open(file, 'r+').catch(() => undefined)
  let made: Promise<FileHandle> | undefined = found && Promise.resolve(found)
  /** The copy goes to the disk while the rest is on its way here: less is left for the end. */
  let syncing: Promise<unknown> = Promise.resolve()
  /** Of that; the system tells it once, and the sync at the end would not hear of it. */
  let failure: unknown
  const writable = (): Promise<FileHandle> => {
    made ??= begin(plan, base).then(begun => {
      if (base !== undefined) {
        syncing = begun.datasync().catch((error: unknown) => {
          failure = error
        })
      }
      return begun
    })
    return made
  }
  return {
    async read(offset, length) {
      if (made !== undefined) return await readExactly(await made, offset, length)
      return base === undefined ? new Uint8Array(length) : await readPadded(base, offset, length)
    },
    async write(offset, bytes) {
      await writeExactly(await writable(), offset, bytes)
    },
    async zero(offset, length) {
      if (made === undefined && base === undefined) return
      const zeros = new Uint8Array(Math.min(length, COPY_BYTES))
      for (let at = 0; at < length; at += zeros.length) {
        const piece = zeros.subarray(0, Math.min(zeros.length, length - at))
        await writeExactly(await writable(), offset + at, piece)
      }
    },
    async door() {
      await writable()
      return { kind: 'file', path: file }
    },
    async finish() {
      const isUntouched = made === undefined && plan.base !== undefined
      if (isUntouched && (await base?.stat())?.size === sizeBytes) {
        await link(plan.base ?? '', file)
        return
      }
      const whole = await writable()
      await syncing
      if (failure !== undefined) throw failure
      await whole.sync()
    },
    async close() {
      await made?.catch(() => undefined)
      await syncing
      await (await made?.catch(() => undefined))?.close()
      await base?.close()
    }
  }
}

const COPY_BYTES = 2 ** 20

async function begin(plan: MemorySinkPlan, base: FileHandle | undefined): Promise<FileHandle> {
  const aside = `${plan.file}.copying`
  await rm(aside, { force: true })
  const made = await open(aside, 'wx+', 0o600)
  if (base !== undefined) await copyHolding(plan, base, made)
  await made.truncate(plan.sizeBytes)
  await rename(aside, plan.file)
  return made
}

/**
 * By a program where there is one: it copies inside the kernel, five times faster, and shares the blocks where the file
 * system can.
 */
async function copyHolding(
  { base: from, file, sizeBytes }: MemorySinkPlan,
  base: FileHandle,
  made: FileHandle
): Promise<void> {
  const words = ['--sparse=auto', '--reflink=auto', '--', from ?? '', `${file}.copying`]
  try {
    await run('cp', words)
  } catch {
    // Another cp, or none; a disk that is full says so again.
    await made.truncate(0)
    await copySparsely(base, made, sizeBytes)
  }
}

/** Zeros become holes again, which a copy by the system would fill. */
async function copySparsely(from: FileHandle, to: FileHandle, sizeBytes: number): Promise<void> {
  const end = Math.min(sizeBytes, (await from.stat()).size)
  for (let offset = 0; offset < end; offset += COPY_BYTES) {
    const bytes = await readExactly(from, offset, Math.min(COPY_BYTES, end - offset))
    await writeHolding(to, offset, bytes)
  }
}

const ZEROS = Buffer.alloc(CONTENT_BLOCK_BYTES)

async function writeHolding(to: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  let from = 0
  for (let at = 0; at < bytes.length; at += CONTENT_BLOCK_BYTES) {
    const block = bytes.subarray(at, at + CONTENT_BLOCK_BYTES)
    if (!ZEROS.subarray(0, block.length).equals(block)) continue
    await writeExactly(to, offset + from, bytes.subarray(from, at))
    from = at + block.length
  }
  await writeExactly(to, offset + from, bytes.subarray(from))
}

async function readPadded(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const { size } = await file.stat()
  const there = Math.max(0, Math.min(length, size - offset))
  const bytes = new Uint8Array(length)
  if (there > 0) bytes.set(await readExactly(file, offset, there))
  return bytes
}
