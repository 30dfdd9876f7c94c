/** What lies between two nodes: nothing, or a slow line. The same stands between us and between our rivals. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { type Alarms, type Clock, systemAlarms } from '../../../node/clock.ts'
import { Line, Wire } from './wire.ts'

export interface Link {
  readonly name: '100 Mbit/s, 20 ms' | 'loopback'
  /** A door of its own to a port of this machine, and to another one beside it; both lead through the link together. */
  through(port: number, beside?: number): Promise<Door>
}

export interface Door {
  readonly port: number
  /** In place of the other port, if there is one. */
  readonly beside: number
  /** Payload of both directions so far; null where nobody counts, as that would cost the time that is measured. */
  bytes(): number | null
  close(): Promise<void>
}

export const loopback: Link = {
  name: 'loopback',
  through: (port, beside = 0) =>
    Promise.resolve({ port, beside, bytes: () => null, close: () => Promise.resolve() })
}

/** Milliseconds that never go back; timers that are late by a few of them do not change the rate. */
const steady: Clock & Alarms = {
  nowMs: () => performance.now(),
  after: (delayMs, ring) => systemAlarms.after(delayMs, ring)
}

const SLOW_BYTES_PER_MS = 12_500
const SLOW_DELAY_MS = 10

export const slow: Link = shaped('100 Mbit/s, 20 ms', SLOW_BYTES_PER_MS, SLOW_DELAY_MS, steady)

/**
 * A link of a rate and a delay, each for both directions and shared by all connections through one door.
 * It has no losses, and TCP's slow start is the loopback's: a rival and we gain the same by that.
 */
export function shaped(
  name: Link['name'],
  bytesPerMs: number,
  delayMs: number,
  clock: Clock & Alarms
): Link {
  return {
    name,
    async through(port, beside) {
      const there = new Line({ clock, bytesPerMs, delayMs })
      const back = new Line({ clock, bytesPerMs, delayMs })
      const open = new Set<Socket>()
      const leading = (to: number): Server =>
        createServer({ allowHalfOpen: true, pauseOnConnect: true }, near => {
          hold(open, near)
          // The handshake of TCP takes a round trip before the first byte goes.
          clock.after(2 * delayMs, () => {
            if (near.destroyed) return
            const far = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
            hold(open, far)
            join(near.setNoDelay(), far, there, back)
          })
        })
      const servers = [leading(port), ...(beside === undefined ? [] : [leading(beside)])]
      const [first = 0, second = 0] = await Promise.all(servers.map(listen))
      return {
        port: first,
        beside: second,
        bytes: () => there.bytes + back.bytes,
        close: async () => {
          const closed = servers.map(server => new Promise(done => server.close(done)))
          for (const socket of open) socket.destroy()
          await Promise.all(closed)
        }
      }
    }
  }
}

function hold(open: Set<Socket>, socket: Socket): void {
  open.add(socket)
  // Who breaks before there is another side to be told has only himself to close, which Node does.
  socket.on('error', () => undefined)
  socket.once('close', () => open.delete(socket))
}

function listen(server: Server): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string')
        fail(new Error(`a port was asked for and ${String(address)} was bound`))
      else done(address.port)
    })
  })
}

function join(near: Socket, far: Socket, there: Line, back: Line): void {
  const wires = [carry(near, far, there), carry(far, near, back)]
  const cut = (): void => {
    for (const wire of wires) wire.cut()
  }
  breakTogether(near, far, cut)
  breakTogether(far, near, cut)
}

function carry(from: Socket, to: Socket, line: Line): Wire {
  const wire = new Wire({
    line,
    deliver: (bytes, taken) => to.write(bytes, taken),
    finish: () => to.end(),
    room: () => from.resume()
  })
  from.on('data', bytes => {
    if (!wire.send(bytes)) from.pause()
  })
  from.on('end', () => wire.end())
  from.resume()
  return wire
}

/** One side that is reset, or cannot be reached, resets the other; what was under way is lost with it. */
function breakTogether(socket: Socket, other: Socket, cut: () => void): void {
  socket.on('error', () => {
    cut()
    other.resetAndDestroy()
  })
}
