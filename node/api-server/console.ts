import type { IncomingMessage } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { ApiError, type ConsoleKind } from '../api/index.ts'
import { statusOf } from './refusals.ts'

export interface ConsoleRequest {
  readonly machine: string
  readonly kind: ConsoleKind
}

/** `GET /v1/machines/<machine>/console?kind=serial|vnc`. */
export function parseConsoleUrl(url: URL): ConsoleRequest | undefined {
  const match = /^\/v1\/machines\/([^/]{1,384})\/console$/.exec(url.pathname)
  if (match?.[1] === undefined) return undefined
  const kind = url.searchParams.get('kind') ?? 'serial'
  if (kind !== 'serial' && kind !== 'vnc') {
    throw ApiError.of('INPUT_INVALID', `the console kind is "${kind}"; it is serial or vnc`)
  }
  return { machine: decodeSegment(match[1]), kind }
}

export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw ApiError.of('INPUT_INVALID', `"${segment}" is no percent-encoded text`, undefined, cause)
  }
}

export function refuseWrongUpgrade(request: IncomingMessage): void {
  if (request.headers.upgrade?.toLowerCase() === 'virtuoso-console') return
  throw ApiError.of(
    'UPGRADE_WRONG',
    'a console is asked for with Upgrade: virtuoso-console',
    'use virtuoso machine console NAME'
  )
}

/** Joins the caller's socket with the machine; the end of either is the end of both. */
export function joinConsole(socket: Duplex, head: Buffer, machine: Duplex): void {
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: virtuoso-console\r\n\r\n'
  )
  if (head.length > 0) machine.write(head)
  // Errors on either side mean that the view is over; pipeline() has destroyed both by then.
  pipeline(socket, machine, socket, () => {
    socket.destroy()
    machine.destroy()
  })
}

/** After an upgrade request there is no ServerResponse: the refusal is written by hand. */
export function refuseUpgrade(socket: Duplex, error: ApiError): void {
  const text = `${JSON.stringify({ error: error.body() })}\n`
  socket.end(
    `HTTP/1.1 ${statusOf(error)} Refused\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  )
}
