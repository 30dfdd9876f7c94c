import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { ApiError } from '../api/index.ts'
import { answerCall, isMethod } from './call.ts'
import {
  decodeSegment,
  joinConsole,
  parseConsoleUrl,
  refuseUpgrade,
  refuseWrongUpgrade
} from './console.ts'
import { refusalOf, sendJson, sendRefusal } from './refusals.ts'
import { INPUT_SCHEMAS } from './schemas.ts'
import type { ApiServer, ApiServerOptions } from './sources.ts'
import { streamEvents, streamOperation } from './streams.ts'
import { forgetSocket, listenOnSocket } from './unix-socket.ts'

/** The owner's own programs; far more than a UI, a few CLIs and monitors at once. */
const CONNECTIONS_MAX = 256
/** Time to send a request's head and body; the answer may take longer. */
const REQUEST_TIMEOUT_MS = 10_000
/** Of a refused body; what is longer is no mistake of a person, and need not hear why. */
const DISCARDED_BYTES_MAX = 16 * 1024 * 1024

/**
 * The node's local API:
 *
 *     GET  /                              the methods
 *     POST /v1/<method>                   JSON in, JSON out
 *     GET  /v1/events?from=N              JSON lines
 *     GET  /v1/operations/<id>/watch      JSON lines, until it ends
 *     GET  /v1/machines/<m>/console       Upgrade: virtuoso-console, then raw bytes
 *
 * Refusals are `{"error": ApiErrorBody}` with the status of their class.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS })
  const upgraded = new Set<Duplex>()
  server.maxConnections = CONNECTIONS_MAX
  server.on('request', (request, response) => {
    route(options, request, response).catch(async (thrown: unknown) => {
      const refusal = refusalOf(thrown, options.explain, options.onUnexpected)
      await discardBody(request)
      refuse(response, refusal)
    })
  })
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket)
    socket.on('close', () => upgraded.delete(socket))
    // Without a listener a reset by the caller would end the node.
    socket.on('error', () => socket.destroy())
    upgrade(options, request, socket, head).catch((thrown: unknown) => {
      refuseUpgrade(socket, refusalOf(thrown, options.explain, options.onUnexpected))
    })
  })
  const socketPath = await listenOnSocket(server, options.dir)
  return {
    socketPath,
    async close() {
      const closed = new Promise<void>(resolve => {
        server.close(() => resolve())
      })
      server.closeAllConnections()
      for (const socket of upgraded) socket.destroy()
      await closed
      await forgetSocket(options.dir, socketPath)
    }
  }
}

async function route(
  options: ApiServerOptions,
  request: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  const url = urlOf(request)
  if (url.pathname === '/') {
    sendJson(response, 200, { methods: Object.keys(INPUT_SCHEMAS) })
    return
  }
  if (url.pathname === '/v1/events') {
    mustGet(request)
    streamEvents(options.events, parseFrom(url), response)
    return
  }
  const watched = /^\/v1\/operations\/([^/]{1,384})\/watch$/.exec(url.pathname)?.[1]
  if (watched !== undefined) {
    mustGet(request)
    streamOperation(options.operations, decodeSegment(watched), response)
    return
  }
  if (parseConsoleUrl(url) !== undefined) refuseWrongUpgrade(request)
  await routeCall(options, url, request, response)
}

async function routeCall(
  options: ApiServerOptions,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  const name = /^\/v1\/([a-z.-]{1,64})$/.exec(url.pathname)?.[1]
  if (name === undefined) {
    throw ApiError.of(
      'PATH_UNKNOWN',
      `there is nothing at ${url.pathname}`,
      'GET / lists the methods'
    )
  }
  if (!isMethod(name)) {
    throw ApiError.of('METHOD_UNKNOWN', `there is no method ${name}`, 'GET / lists the methods')
  }
  await answerCall(name, options.handlers, request, response)
}

async function upgrade(
  options: ApiServerOptions,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer
): Promise<void> {
  const url = urlOf(request)
  const wanted = parseConsoleUrl(url)
  if (wanted === undefined) {
    throw ApiError.of('PATH_UNKNOWN', `there is no raw stream at ${url.pathname}`)
  }
  mustGet(request)
  refuseWrongUpgrade(request)
  const machine = await options.openConsole(wanted.machine, wanted.kind)
  if (socket.destroyed) {
    // The caller left while the console was being opened.
    machine.destroy()
    return
  }
  joinConsole(socket, head, machine)
}

/** Read and thrown away: a socket that closes over unread bytes resets the caller before it hears the refusal. */
function discardBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve()
  return new Promise(resolve => {
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > DISCARDED_BYTES_MAX) resolve()
    })
    for (const event of ['end', 'close', 'error']) request.on(event, () => resolve())
  })
}

function refuse(response: ServerResponse, error: ApiError): void {
  // A body of more than was thrown away is still coming: closing is the only way to be rid of it.
  if (!response.headersSent) response.setHeader('connection', 'close')
  sendRefusal(response, error)
}

function urlOf(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://virtuoso')
  } catch (cause) {
    throw ApiError.of('PATH_UNKNOWN', 'the request has no readable path', undefined, cause)
  }
}

function mustGet(request: IncomingMessage): void {
  if (request.method === 'GET') return
  throw ApiError.of('VERB_WRONG', `this path is read with GET, not ${request.method}`)
}

function parseFrom(url: URL): number {
  const text = url.searchParams.get('from') ?? '0'
  const from = Number(text)
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(from)) return from
  throw ApiError.of('INPUT_INVALID', `from is "${text}"; it is a sequence number, 0 for all`)
}
