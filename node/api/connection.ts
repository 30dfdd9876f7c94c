import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { ApiError, apiErrorFrom } from './api-error.ts'
import { findSocket } from './socket-path.ts'

/** What `market.browse` of a very large market may need; the node is ours, this only stops an accident. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024

export interface Asked {
  readonly dir: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  readonly upgrade?: boolean
  readonly signal?: AbortSignal | undefined
}

export type Answer =
  | { readonly kind: 'response'; readonly response: IncomingMessage }
  | { readonly kind: 'upgrade'; readonly stream: Duplex }

/** Sends one request; resolves at the answer's head. A node that does not listen is class `unreachable`. */
export function ask(asked: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = request({
      socketPath: findSocket(asked.dir),
      method: asked.method,
      path: asked.path,
      agent: false,
      headers: headersOf(asked),
      ...(asked.signal === undefined ? {} : { signal: asked.signal })
    })
    outgoing.on('error', cause => reject(connectionError(asked, cause)))
    outgoing.on('response', response => resolve({ kind: 'response', response }))
    outgoing.on('upgrade', (_response, socket, head) => {
      if (head.length > 0) socket.unshift(head)
      resolve({ kind: 'upgrade', stream: socket })
    })
    outgoing.end(asked.body)
  })
}

function headersOf(asked: Asked): Record<string, string | number> {
  const headers: Record<string, string | number> = { host: 'virtuoso' }
  if (asked.body !== undefined) {
    headers['content-type'] = 'application/json'
    headers['content-length'] = Buffer.byteLength(asked.body)
  }
  if (asked.upgrade === true) {
    headers['connection'] = 'Upgrade'
    headers['upgrade'] = 'virtuoso-console'
  }
  return headers
}

/** Turns a socket's error into what a person can act on. */
export function connectionError(asked: Pick<Asked, 'dir' | 'signal'>, cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause
  const reason: unknown = asked.signal?.aborted === true ? asked.signal.reason : undefined
  if (reason instanceof ApiError) return reason
  if (asked.signal?.aborted === true) {
    return ApiError.of('CANCELLED', 'the call was cancelled', undefined, cause)
  }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return ApiError.of(
      'NODE_UNREACHABLE',
      `no node is running on ${asked.dir}`,
      'start it with: virtuoso node run',
      cause
    )
  }
  if (code === 'EACCES') {
    return ApiError.of(
      'NODE_UNREACHABLE',
      `the node on ${asked.dir} belongs to another user`,
      'use the account that started it, or another directory with --data',
      cause
    )
  }
  return ApiError.of(
    'NODE_UNREACHABLE',
    `the connection to the node on ${asked.dir} broke: ${cause instanceof Error ? cause.message : String(cause)}`,
    'see whether it still runs: virtuoso node status',
    cause
  )
}

/** The whole answer as a JSON value; the error in it is thrown. */
export async function readAnswer(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) {
      throw ApiError.of('ANSWER_MALFORMED', `the answer is longer than ${ANSWER_BYTES_MAX} bytes`)
    }
    chunks.push(chunk)
  }
  const value = parseAnswer(Buffer.concat(chunks).toString('utf8'))
  const status = response.statusCode ?? 0
  if (status === 200) return value
  throw (
    apiErrorFrom(value) ??
    ApiError.of('ANSWER_MALFORMED', `the node answered with status ${status} and no reason`)
  )
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw ApiError.of('ANSWER_MALFORMED', 'the answer is no JSON', undefined, cause)
  }
}
