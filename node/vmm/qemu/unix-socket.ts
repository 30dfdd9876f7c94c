import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const RETRY_MIN_MS = 1
const RETRY_MAX_MS = 20

/**
 * Connects to a socket of a process that is perhaps about to open it; gives up when `isHopeless`. What opens it fast is
 * met soon, and what is slow is not asked often: the pauses are a quarter of the time waited so far.
 */
export async function connectPatiently(
  path: string,
  patienceMs: number,
  isHopeless: () => boolean = () => false
): Promise<Socket> {
  const beganMs = Date.now()
  for (;;) {
    try {
      return await connectUnix(path)
    } catch (error) {
      if (Date.now() - beganMs >= patienceMs || isHopeless()) throw error
    }
    const waitedMs = Date.now() - beganMs
    await delay(Math.min(RETRY_MAX_MS, Math.max(RETRY_MIN_MS, waitedMs / 4)))
  }
}

export async function connectUnix(path: string): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      // Every reader learns of a broken socket by its close; an unheard error would end the process.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

export async function listenUnix(path: string): Promise<Server> {
  return await new Promise((resolve, reject) => {
    const server = createServer({ pauseOnConnect: true })
    server.once('error', reject)
    server.listen(path, () => resolve(server))
  })
}
