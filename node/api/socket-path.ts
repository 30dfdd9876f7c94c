import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `sun_path` of Linux holds 108 bytes, the last one zero. */
export const SOCKET_PATH_BYTES_MAX = 107

const SOCKET_NAME = 'api.sock'
/** Written by a node whose data directory has too long a name for a socket inside it. */
const POINTER_NAME = 'api.sock.path'

export function socketInside(dir: string): string {
  return join(dir, SOCKET_NAME)
}

export function pointerInside(dir: string): string {
  return join(dir, POINTER_NAME)
}

/** Where the node of this data directory listens: the socket inside, or where the pointer file says. */
export function findSocket(dir: string): string {
  try {
    const pointed = readFileSync(pointerInside(dir), 'utf8').trim()
    if (pointed !== '') return pointed
  } catch {
    // No pointer file is the ordinary case: the socket is in the directory.
  }
  return socketInside(dir)
}
