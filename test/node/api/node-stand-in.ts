import { type Duplex, PassThrough } from 'node:stream'
import type { TestContext } from 'node:test'
import {
  type ApiServer,
  type ApiServerOptions,
  type Handlers,
  INPUT_SCHEMAS,
  startApiServer
} from '../../../node/api-server/index.ts'
import type { EventView, Method, OperationView } from '../../../node/client.ts'
import { ApiError, connect, type NodeClient } from '../../../node/client.ts'

/** Handlers that refuse everything but what a test gives. */
export function handlersWith(given: Partial<Handlers>): Handlers {
  const refusing = Object.fromEntries(
    (Object.keys(INPUT_SCHEMAS) as Method[]).map(method => [
      method,
      async () => {
        throw new ApiError({ code: 'NOT_IN_THIS_TEST', class: 'failed', message: method })
      }
    ])
  )
  return { ...refusing, ...given } as Handlers
}

/** A feed whose past and present the test says. */
export class Feed<T> {
  readonly past: T[] = []
  readonly listeners: Set<(value: T) => void> = new Set()

  subscribe(listener: (value: T) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  say(value: T): void {
    this.past.push(value)
    for (const listener of this.listeners) listener(value)
  }
}

export interface StandIn {
  readonly server: ApiServer
  readonly client: NodeClient
  readonly events: Feed<EventView>
  readonly operations: Feed<OperationView>
}

export async function startStandIn(
  t: TestContext,
  dir: string,
  given: Partial<Handlers> = {},
  more: Partial<ApiServerOptions> = {}
): Promise<StandIn> {
  const events = new Feed<EventView>()
  const operations = new Feed<OperationView>()
  const server = await startApiServer({
    dir,
    handlers: handlersWith(given),
    events: {
      since: sequence => events.past.filter(event => event.sequence >= sequence),
      subscribe: listener => events.subscribe(listener)
    },
    operations: {
      find: id => operations.past.findLast(operation => operation.id === id),
      subscribe: listener => operations.subscribe(listener)
    },
    openConsole: async (): Promise<Duplex> => new PassThrough(),
    ...more
  })
  t.after(() => server.close())
  return { server, client: connect({ dir }), events, operations }
}

export function operationView(id: string, change: Partial<OperationView> = {}): OperationView {
  return {
    id,
    kind: 'store',
    machine: null,
    owner: 'a',
    state: 'running',
    startedAtMs: 1,
    endedAtMs: null,
    deadlineMs: null,
    step: 'preparing',
    progress: null,
    error: null,
    trail: [],
    ...change
  }
}
