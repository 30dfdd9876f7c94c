import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, rm, rmdir, unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pointerInside, SOCKET_PATH_BYTES_MAX, socketInside } from '../api/index.ts'
import { writeFileAtomic } from '../disk/index.ts'

export const LISTEN_CODES = ['NODE_RUNNING', 'SOCKET_DIR_UNSAFE'] as const
export type ListenCode = (typeof LISTEN_CODES)[number]

export class ListenError extends Error {
  override readonly name: string = 'ListenError'
  readonly code: ListenCode
  constructor(code: ListenCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Listens on the data directory's socket, mode 0600. A socket left by a dead node is replaced; a live one is
 * NODE_RUNNING. When the directory's name is too long for a socket, the socket goes to a short directory of
 * this user alone, and a pointer file in the data directory says where.
 */
export async function listenOnSocket(server: Server, dir: string): Promise<string> {
  const inside = socketInside(resolve(dir))
  const fits = Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX
  const path = fits ? inside : await shortPath(resolve(dir))
  if (await answers(path)) {
    throw new ListenError(
      'NODE_RUNNING',
      `a node is already running on ${dir}: use it, stop it with virtuoso node stop, or give another --data`
    )
  }
  await rm(path, { force: true })
  if (fits) await rm(pointerInside(dir), { force: true })
  else await writeFileAtomic(pointerInside(dir), `${path}\n`)
  await listen(server, path)
  return path
}

/** Removes what `listenOnSocket` left beside the data. */
export async function forgetSocket(dir: string, path: string): Promise<void> {
  await unlink(path).catch(() => undefined)
  if (path === socketInside(resolve(dir))) return
  await rm(pointerInside(dir), { force: true })
  // The short directory was made for this socket alone; one that is not empty is left to its owner.
  await rmdir(dirname(path)).catch(() => undefined)
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolveListening, reject) => {
    server.once('error', reject)
    // bind() makes the file within this call: the mask closes the moment before chmod.
    const mask = process.umask(0o177)
    try {
      server.listen(path, () => {
        server.off('error', reject)
        chmod(path, 0o600).then(resolveListening, reject)
      })
    } finally {
      process.umask(mask)
    }
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolveAnswer => {
    const socket = connect({ path })
    socket.on('connect', () => {
      socket.destroy()
      resolveAnswer(true)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Anything but "nobody there" (a full queue, say) is a living owner: do not take its socket away.
      resolveAnswer(error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED')
    })
  })
}

async function shortPath(dir: string): Promise<string> {
  const digest = createHash('sha256').update(dir).digest('hex').slice(0, 16)
  const path = join(tmpdir(), `virtuoso-${digest}`, 's')
  const home = dirname(path)
  await mkdir(home, { recursive: true, mode: 0o700 })
  const found = await lstat(home)
  const mine = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
  if (mine) return path
  throw new ListenError(
    'SOCKET_DIR_UNSAFE',
    `${home} does not belong to this user alone: remove it, or use a data directory with a shorter name`
  )
}
