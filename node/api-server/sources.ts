import type { Duplex } from 'node:stream'
import type {
  ApiError,
  ConsoleKind,
  EventView,
  Input,
  Method,
  OperationView,
  Output
} from '../api/index.ts'

/** What the node does for each method. The input has passed its schema. */
export type Handlers = {
  readonly [M in Method]: (input: Input<M>, signal: AbortSignal) => Promise<Output<M>>
}

export interface EventFeed {
  /** Events that are still kept, from this sequence number on, oldest first. */
  since(sequence: number): readonly EventView[]
  /** Called with each new event; returns the unsubscribe. */
  subscribe(listener: (event: EventView) => void): () => void
}

export interface OperationFeed {
  find(id: string): OperationView | undefined
  /** Called with each change of any operation; returns the unsubscribe. */
  subscribe(listener: (operation: OperationView) => void): () => void
}

export interface ApiServerOptions {
  /** Data directory: the socket is made inside it, mode 0600. */
  readonly dir: string
  readonly handlers: Handlers
  readonly events: EventFeed
  readonly operations: OperationFeed
  /** Raw bytes of a machine's serial port or display; throws what a handler may throw. */
  readonly openConsole: (machine: string, kind: ConsoleKind) => Promise<Duplex>
  /** Turns the node's own error classes into refusals; undefined for what it does not know. */
  readonly explain?: (error: unknown) => ApiError | undefined
  /** Told of errors nobody explained; they reach the caller as INTERNAL. */
  readonly onUnexpected?: (error: unknown) => void
}

export interface ApiServer {
  readonly socketPath: string
  /** Ends every connection and removes the socket. */
  close(): Promise<void>
}
