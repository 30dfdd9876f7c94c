import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const RETRY_MS = 20

/** Connects to a socket of a process that is perhaps about to open it; gives up when `isHopeless`. */
export async function connectPatiently(
  path: string,
  patienceMs: number,
  isHopeless: () => boolean = () => false
): Promise<Socket> {
  for (const deadlineMs = Date.now() + patienceMs; ; ) {
    try {
      return await connectUnix(path)
    } catch (error) {
      if (Date.now() >= deadlineMs || isHopeless()) throw error
    }
    await delay(RETRY_MS)
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
