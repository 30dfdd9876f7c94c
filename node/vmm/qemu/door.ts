import { closeSync, fdatasync, openSync, readSync, writeSync } from 'node:fs'
import type { Door } from '../vmm.ts'
import { NbdClient } from './nbd-client.ts'
import { LayeredDisk } from './qcow2-layers.ts'
import { connectUnix } from './unix-socket.ts'

/** The bytes of a part, as the thread that opened its door reads and writes them. */
export interface OpenDoor {
  /** Fills `into` with the bytes from `offset` on. */
  read(offset: number, into: Uint8Array): Promise<void>
  /** Each piece at its place. What was written is durable when the sink it belongs to has committed. */
  write(pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[]): Promise<void>
  close(): Promise<void>
}

export async function openDoor(door: Door, mode: 'read' | 'write'): Promise<OpenDoor> {
  switch (door.kind) {
    case 'file':
      return fileDoor(door.path, mode)
    case 'nbd':
      return await diskDoor(door.socketPath)
    case 'layers':
      return mode === 'read'
        ? ((await layersDoor(door)) ?? (await openDoor(door.otherwise, mode)))
        : await openDoor(door.otherwise, mode)
  }
}

const SYNC_BYTES = 32 * 2 ** 20

/**
 * What is written goes to the disk while more is on its way, so that the sync at the end, the one that counts, waits for
 * less. One that fails here is not told: the
 * system tells the file's other opener too, and QEMU fails every flush after one that failed.
 */
class Syncs {
  readonly #sync: () => Promise<void>
  #unsynced = 0
  #syncing: Promise<void> | undefined

  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  wrote(bytes: number): void {
    this.#unsynced += bytes
    if (this.#unsynced < SYNC_BYTES || this.#syncing !== undefined) return
    this.#unsynced = 0
    this.#syncing = this.#sync()
      .catch(() => undefined)
      .then(() => {
        this.#syncing = undefined
      })
  }

  /** Resolves when none is under way. */
  async over(): Promise<void> {
    await this.#syncing
  }
}

/**
 * Blocks the thread while it reads or writes: for the small runs of a delta, handing each to another thread and back
 * takes longer than the page cache does.
 */
function fileDoor(path: string, mode: 'read' | 'write'): OpenDoor {
  const file = openSync(path, mode === 'read' ? 'r' : 'r+')
  const syncs = new Syncs(() => new Promise(resolve => fdatasync(file, () => resolve())))
  return {
    read: async (offset, into) => {
      for (let at = 0; at < into.byteLength; ) {
        const got = readSync(file, into, at, into.byteLength - at, offset + at)
        if (got === 0) throw new Error(`The file ends at ${offset + at}.`)
        at += got
      }
    },
    write: async pieces => {
      for (const { offset, bytes } of pieces) {
        for (let at = 0; at < bytes.byteLength; )
          at += writeSync(file, bytes, at, bytes.byteLength - at, offset + at)
        syncs.wrote(bytes.byteLength)
      }
    },
    close: async () => {
      await syncs.over()
      closeSync(file)
    }
  }
}

/** Undefined when only QEMU can read them. */
async function layersDoor({ files }: Door & { kind: 'layers' }): Promise<OpenDoor | undefined> {
  let disk: LayeredDisk
  try {
    disk = LayeredDisk.open(files)
  } catch {
    return undefined
  }
  return {
    read: async (offset, into) => disk.read(offset, into),
    write: () => Promise.reject(new Error('The layers of a disk at rest are not written.')),
    close: async () => disk.close()
  }
}

async function diskDoor(socketPath: string): Promise<OpenDoor> {
  const client = await NbdClient.open(await connectUnix(socketPath))
  const syncs = new Syncs(() => client.flush())
  return {
    read: (offset, into) => client.readInto(offset, into),
    write: async pieces => {
      await client.writeAll(pieces)
      for (const { bytes } of pieces) syncs.wrote(bytes.byteLength)
    },
    close: async () => {
      await syncs.over()
      client.end()
    }
  }
}
