/**
 * Loaded into a node's process before its program (`--import`): SIGUSR2 cuts it off from its network, and the next
 * one connects it again. As on a cable that was pulled out, nobody is told: what is written stays in the socket
 * until the cable is back, and nothing arrives. Sockets of the file system, such as the node's API, go on.
 */
import { Socket } from 'node:net'

let isCut = false
/** What waits for the cable, oldest first. */
let held: (() => void)[] = []

/** The methods as they were, each to be called on its socket; `push` is one that sockets inherit. */
const plain: Pick<Socket, 'push' | '_write' | '_writev'> = Object.create(
  Object.getPrototypeOf(Socket.prototype) as object,
  Object.getOwnPropertyDescriptors(Socket.prototype)
) as Socket

process.on('SIGUSR2', () => {
  isCut = !isCut
  const released = isCut ? [] : held.splice(0)
  for (const go of released) go()
})

function isHeld(socket: Socket, go: () => void): boolean {
  if (!isCut || socket.remotePort === undefined) return false
  held = [...held, go]
  return true
}

Socket.prototype._write = function (chunk, encoding, callback) {
  const go = (): void => plain._write.call(this, chunk, encoding, callback)
  if (!isHeld(this, go)) go()
}

Socket.prototype._writev = function (chunks, callback) {
  const go = (): void => plain._writev?.call(this, chunks, callback)
  if (!isHeld(this, go)) go()
}

Socket.prototype.push = function (chunk: unknown, encoding?: BufferEncoding) {
  const go = (): boolean => plain.push.call(this, chunk, encoding)
  // The node's reading is stopped by false, as by a slow reader.
  return isHeld(this, go) ? false : go()
}
