import type { ServerResponse } from 'node:http'
import { ApiError, type EventView, type OperationView } from '../api/index.ts'
import type { EventFeed, OperationFeed } from './sources.ts'

/**
 * A reader this far behind is cut off, or a stopped `monitor` would fill the node's memory. Above the whole
 * event log, which is sent at once to a reader who asks for everything.
 */
export const BACKLOG_BYTES_MAX: number = 16 * 1024 * 1024

const LINES_TYPE = 'application/jsonl'

/** `GET /v1/events?from=N`: what is kept, then what comes, until the caller leaves. */
export function streamEvents(feed: EventFeed, from: number, response: ServerResponse): void {
  const send = startLines(response)
  // The log is synchronous: nothing can come between the past and the subscription.
  for (const event of feed.since(from)) send(event)
  const stop = feed.subscribe(event => {
    if (event.sequence >= from) send(event)
  })
  response.on('close', stop)
}

/** `GET /v1/operations/<id>/watch`: its present state and each change, until it has ended. */
export function streamOperation(feed: OperationFeed, id: string, response: ServerResponse): void {
  const now = feed.find(id)
  if (now === undefined) {
    throw ApiError.of(
      'OPERATION_UNKNOWN',
      `there is no operation ${id}`,
      'see those that are kept: virtuoso operation list'
    )
  }
  const send = startLines(response)
  send(now)
  if (now.state !== 'running') {
    response.end()
    return
  }
  const stop = feed.subscribe(operation => {
    if (operation.id !== now.id) return
    send(operation)
    if (operation.state !== 'running') response.end()
  })
  response.on('close', stop)
}

function startLines(response: ServerResponse): (value: EventView | OperationView) => void {
  response.writeHead(200, { 'content-type': LINES_TYPE })
  response.flushHeaders()
  return value => {
    if (response.writableEnded || response.destroyed) return
    if (response.writableLength > BACKLOG_BYTES_MAX) {
      response.destroy()
      return
    }
    response.write(`${JSON.stringify(value)}\n`)
  }
}
