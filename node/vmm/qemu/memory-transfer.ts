import { createWriteStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { VmmError } from '../vmm.ts'
import { syncFile } from './durable.ts'
import { pagesStream, savePages } from './memory/index.ts'
import type { QmpClient } from './qmp-client.ts'
import { fieldsOf, textOf } from './qmp-codec.ts'
import { connectPatiently, listenUnix } from './unix-socket.ts'

/** How a memory lies in its file: QEMU's stream as it came, or with its pages at fixed places. */
export type MemoryForm =
  | { readonly kind: 'stream' }
  | { readonly kind: 'pages'; readonly ramMaxBytes: number }

const LOOK_EVERY_MS = 10

/** QEMU slows a migration to 128 MiB/s unless told otherwise; the disk is the limit here. */
const BANDWIDTH_BYTES_PER_S = 2 ** 40

/**
 * Takes the memory of a stopped guest over a socket we listen on and puts it into a file. The socket is used
 * and not `exec:`, so that the sandbox can forbid QEMU to start programs. Throws VMM_FAILED when QEMU does not
 * complete, and the file system's own error when the file cannot be written.
 */
export async function saveMemory(
  qmp: QmpClient,
  socketPath: string,
  file: string,
  form: MemoryForm
): Promise<void> {
  await rm(socketPath, { force: true })
  const server = await listenUnix(socketPath)
  try {
    let isConnected = false
    const written = new Promise<void>((resolve, reject) => {
      server.once('connection', socket => {
        isConnected = true
        save(socket, file, form).then(resolve, reject)
      })
    })
    // Awaited below; until then a failure must not count as unheard.
    written.catch(() => {})
    await qmp.execute('migrate-set-parameters', { 'max-bandwidth': BANDWIDTH_BYTES_PER_S })
    await qmp.execute('migrate', { uri: `unix:${socketPath}` })
    const sent = migrated(qmp).catch(async (error: unknown) => {
      // QEMU fails because we hung up: why we did says more.
      if (isConnected) await written
      throw error
    })
    await Promise.all([written, sent])
    await syncFile(file)
  } catch (error) {
    await qmp.execute('migrate_cancel').catch(() => {})
    throw error
  } finally {
    server.close()
    await rm(socketPath, { force: true })
  }
}

async function save(socket: Socket, file: string, form: MemoryForm): Promise<void> {
  if (form.kind === 'stream') {
    return await pipeline(socket, createWriteStream(file, { mode: 0o600 }))
  }
  const handle = await open(file, 'w+', 0o600)
  try {
    await savePages(socket, handle, form.ramMaxBytes)
  } finally {
    await handle.close()
  }
}

async function migrated(qmp: QmpClient): Promise<void> {
  for (;;) {
    const answer = fieldsOf(await qmp.execute('query-migrate'))
    if (answer['status'] === 'completed') return
    if (answer['status'] === 'failed' || answer['status'] === 'cancelled') {
      const why = textOf(answer['error-desc'])
      throw new VmmError('VMM_FAILED', `QEMU did not save the memory: ${why}`)
    }
    await delay(LOOK_EVERY_MS)
  }
}

/** Pushes a saved memory into a guest started with `-incoming defer` and waits until it is in its place. */
export async function loadMemory(
  qmp: QmpClient,
  socketPath: string,
  file: string,
  kind: MemoryForm['kind']
): Promise<void> {
  await rm(socketPath, { force: true })
  await qmp.execute('migrate-incoming', { uri: `unix:${socketPath}` })
  const socket = await connectPatiently(socketPath, 5000, () => qmp.isClosed)
  const handle = await open(file, 'r')
  try {
    const whole = { highWaterMark: 2 ** 20, autoClose: false }
    const stream = kind === 'stream' ? handle.createReadStream(whole) : pagesStream(handle)
    await pipeline(stream, socket)
  } finally {
    await handle.close()
  }
  while (await isLoading(qmp)) await delay(LOOK_EVERY_MS)
  await rm(socketPath, { force: true })
}

async function isLoading(qmp: QmpClient): Promise<boolean> {
  return fieldsOf(await qmp.execute('query-status'))['status'] === 'inmigrate'
}
